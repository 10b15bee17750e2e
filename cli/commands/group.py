"""`group`: the service's resource group."""

from cli.answers import JSON
from cli.context import Context
from cli.errors import ResourceNotFound


def show(context: Context, name: str = "") -> JSON:
    workspace = context.service.get("")
    group = workspace["id"].partition("/providers/")[0]
    own = group.rpartition("/")[2]
    if name and name.lower() != own.lower():
        raise ResourceNotFound(
            f"There is no resource group '{name}'.", fix=f"The service's is '{own}'."
        )
    return {
        "id": group,
        "location": workspace["location"],
        "managedBy": None,
        "name": own,
        "properties": {"provisioningState": "Succeeded"},
        "tags": {},
        "type": "Microsoft.Resources/resourceGroups",
    }
