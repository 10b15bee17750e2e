"""A workspace as az ml prints it."""

from cli.answers import JSON
from cli.views.arm import identity


def workspace_view(document: JSON) -> JSON:
    properties = document["properties"]
    return {
        **identity(document),
        "resource_group": document["id"].split("/")[4],
        "description": properties.get("description") or "",
        "discovery_url": properties.get("discoveryUrl"),
        "display_name": properties.get("friendlyName"),
        "hbi_workspace": bool(properties.get("hbiWorkspace")),
        "location": document.get("location") or "",
        "provisioning_state": properties.get("provisioningState"),
        "public_network_access": properties.get("publicNetworkAccess"),
        "storage_account": properties.get("storageAccount"),
        "tags": document.get("tags") or {},
        "workspace_id": properties.get("workspaceId"),
    }
