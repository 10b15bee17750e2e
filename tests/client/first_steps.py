"""The first calls that anybody makes: a script as a notebook has it, told by the environment."""

import os
import sys
import time

from azure.ai.ml import MLClient
from azure.ai.ml.entities import AmlCompute, BatchEndpoint
from azure.core.credentials import AccessToken
from azure.core.exceptions import ResourceNotFoundError


class TokenOfTheEnvironment:
    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        return AccessToken(os.environ["AZURE_TOKEN"], int(time.time()) + 3600)


def main(subscription: str, group: str, workspace: str) -> None:
    ml = MLClient(TokenOfTheEnvironment(), subscription, group, workspace)
    found = ml.workspaces.get(workspace)
    print("workspace", found.name, found.location)  # noqa: T201
    print("workspaces", [one.name for one in ml.workspaces.list()])  # noqa: T201
    try:
        ml.workspaces.get("elsewhere")
    except ResourceNotFoundError as error:
        print("elsewhere", "There is no workspace 'elsewhere'" in str(error))  # noqa: T201
    ml.compute.begin_create_or_update(AmlCompute(name="first-cpu", max_instances=2)).result()
    print("compute", [one.name for one in ml.compute.list()])  # noqa: T201
    made = ml.batch_endpoints.begin_create_or_update(BatchEndpoint(name="first-steps")).result()
    print("made", made.name, made.provisioning_state.value)  # noqa: T201
    print("endpoints", [one.name for one in ml.batch_endpoints.list()])  # noqa: T201
    print("scoring", ml.batch_endpoints.get("first-steps").scoring_uri)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
