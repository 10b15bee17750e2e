"""A schedule as az ml prints it."""

from typing import Any

from cli.answers import JSON
from cli.views.arm import identity, snake

TYPES = {"UriFolder": "uri_folder", "UriFile": "uri_file"}


def schedule_view(document: JSON) -> JSON:
    own = document["properties"]
    written = document.get("systemData") or {}
    return {
        **identity(document),
        "catchup": own.get("catchup"),
        "create_job": _job(own["action"]),
        "creation_context": {snake(key): value for key, value in written.items()},
        "description": own.get("description") or "",
        "display_name": own.get("displayName") or "",
        "is_enabled": own.get("isEnabled"),
        "last_run": _snaked(own["lastRun"]) if own.get("lastRun") else None,
        "next_run_time": own.get("nextRunTime"),
        "properties": own.get("properties") or {},
        "provisioning_state": own.get("provisioningState"),
        "tags": own.get("tags") or {},
        "trigger": trigger_view(own["trigger"]),
    }


def trigger_view(trigger: JSON) -> dict[str, Any]:
    """With the keys of its file, but for those that say nothing."""
    view = _snaked(trigger)
    view["type"] = str(view.pop("trigger_type", "")).lower()
    if frequency := view.get("frequency"):
        view["frequency"] = frequency.lower()
    pattern = {key: value for key, value in _snaked(view.pop("schedule", None)).items() if value}
    return view | ({"schedule": pattern} if pattern else {})


def _job(action: JSON) -> JSON:
    if "endpointInvocationDefinition" not in action:
        return f"azureml:{action['jobDefinition']['sourceJobId'].removeprefix('azureml:')}"
    definition = action["endpointInvocationDefinition"]
    body = dict(definition.get("properties") or {})
    inputs = body.pop("inputData", {})
    outputs = body.pop("outputData", {})
    return {
        "endpoint_name": definition["endpointName"],
        "deployment_name": definition.get("deploymentName"),
        "inputs": {name: _place(one, "jobInputType") for name, one in inputs.items()},
        "outputs": {name: _place(one, "jobOutputType") for name, one in outputs.items()},
        **_snaked(body),
    }


def _place(one: JSON, kind: str) -> JSON:
    found = one.get(kind, "")
    return {"type": TYPES.get(found, found), "path": one.get("uri")}


def _snaked(fields: JSON) -> dict[str, Any]:
    return {snake(key): value for key, value in (fields or {}).items() if value is not None}
