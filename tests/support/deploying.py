"""An endpoint that can be invoked, on a running service."""

from typing import Any

from tests.support.doubler import MODEL_FILES
from tests.support.stack import WORKSPACE, Stack
from tests.support.waiting import wait_until


def deploy_on(stack: Stack, endpoint: str, **properties: Any) -> str:
    """An endpoint with one deployment `main` of the doubling model; returns the endpoint's name."""
    uri = stack.upload("models/doubler", MODEL_FILES)
    stack.put("/models/doubler/versions/1", {"properties": {"modelUri": uri}})
    model = {"referenceType": "Id", "assetId": f"{WORKSPACE}/models/doubler/versions/1"}
    stack.put(f"/batchEndpoints/{endpoint}", {"properties": {"authMode": "aadToken"}})
    own = f"/batchEndpoints/{endpoint}/deployments/main"
    stack.put(own, {"properties": {"model": model, **properties}})
    wait_until(lambda: stack.provisioned(own))  # a busy machine may take longer than the PUT waits
    stack.put(
        f"/batchEndpoints/{endpoint}",
        {"properties": {"defaults": {"deploymentName": "main"}}},
    )
    return endpoint
