"""The workspace that this service is: its ARM path, and the ids of what is in it."""

from shared.api.http import Request
from shared.domain.errors import NotFound
from shared.domain.job import utc
from shared.domain.message import JSON, Message
from shared.settings import Settings
from shared.stores.registry import Entry

PROVIDER = "Microsoft.MachineLearningServices"
WORKSPACE = (
    "subscriptions/{subscription}/resourceGroups/{group}/providers/"
    f"{PROVIDER}/workspaces/{{workspace}}"
)


def check_workspace(request: Request, settings: Settings) -> None:
    """Raise NotFound for any workspace but the service's own."""
    asked = (request.path["subscription"], request.path["group"], request.path["workspace"])
    own = (settings.subscription_id, settings.resource_group, settings.workspace_name)
    if tuple(part.lower() for part in asked) != tuple(part.lower() for part in own):
        raise NotFound(
            f"There is no workspace '{asked[2]}' in resource group '{asked[1]}' of subscription "
            f"'{asked[0]}'.",
            fix=f"Use subscription '{own[0]}', resource group '{own[1]}', workspace '{own[2]}'.",
            target="workspace",
        )


def workspace_id(settings: Settings) -> str:
    """The workspace's ARM id."""
    return "/" + WORKSPACE.format(
        subscription=settings.subscription_id,
        group=settings.resource_group,
        workspace=settings.workspace_name,
    )


def asset_id(settings: Settings, kind: str, name: str, version: str) -> str:
    """The ARM id of a model or data version."""
    return f"{workspace_id(settings)}/{kind}/{name}/versions/{version}"


def endpoint_id(settings: Settings, endpoint: str) -> str:
    return f"{workspace_id(settings)}/batchEndpoints/{endpoint}"


def scoring_uri(request: Request, endpoint: str) -> str:
    """Where the endpoint is invoked."""
    return f"{request.base_url}/endpoints/{endpoint}/jobs"


def who(request: Request) -> str:
    """Who is calling, as documents remember it."""
    return request.caller.name or request.caller.subject


def enveloped[R: Message](
    entry: Entry[R], kind: str, own_id: str, name: str, properties: JSON
) -> JSON:
    written = entry.written
    return {
        "id": own_id,
        "name": name,
        "type": f"{PROVIDER}/workspaces/{kind}",
        "properties": properties,
        "systemData": {
            "createdAt": utc(written.created_at),
            "createdBy": written.created_by,
            "createdByType": "User",
            "lastModifiedAt": utc(written.last_modified_at),
            "lastModifiedBy": written.last_modified_by,
            "lastModifiedByType": "User",
        },
    }
