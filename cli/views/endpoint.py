"""A batch endpoint as az ml prints it."""

from cli.answers import JSON
from cli.views.arm import identity, snake


def endpoint_view(document: JSON) -> JSON:
    properties = document["properties"]
    defaults = properties.get("defaults") or {}
    return {
        **identity(document),
        "auth_mode": snake(properties.get("authMode", "aadToken")),
        "defaults": {snake(key): value for key, value in defaults.items()},
        "description": properties.get("description"),
        "location": document.get("location", ""),
        "openapi_uri": properties.get("swaggerUri"),
        "properties": properties.get("properties") or {},
        "provisioning_state": properties.get("provisioningState"),
        "scoring_uri": properties.get("scoringUri"),
        "tags": document.get("tags") or {},
    }


def preview_view(document: JSON) -> JSON:
    """As the 2021 preview printed it, with the traffic."""
    view: dict[str, JSON] = endpoint_view(document)
    default = view["defaults"].get("deployment_name")
    return view | {"type": "batch", "traffic": {default: 100} if default else {}}


def view_for(endpoint_type: str, document: JSON) -> JSON:
    """Who names the type, as in 2021, gets what there was in 2021."""
    return preview_view(document) if endpoint_type else endpoint_view(document)
