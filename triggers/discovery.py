"""How a client finds its way: the cloud that this service is, its workspace, its other addresses.

A client asks for the cloud and the addresses before it has a token, so those doors are open.
"""

import re
from http import HTTPStatus
from urllib.parse import urlsplit

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.paging import page
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import PROVIDER, WORKSPACE, workspace_guid, workspace_id
from shared.domain.errors import NotFound
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.services import Services
from shared.settings import ARM_AUDIENCE, ML_AUDIENCE, Settings

bp = df.Blueprint()

CLOUD = "BatchEndpoints"
"""Not the name of one of Azure's own clouds: clients have those by heart, and would not ask."""
AZURE_LOGIN = "https://login.microsoftonline.com"
OLD_ISSUER = "https://sts.windows.net/"
PORTAL = "https://portal.azure.com/"
"""There is none, but the SDK reads from its third word which audience its tokens are for."""

_HOST = re.compile(r"[a-z0-9.-]+(:[0-9]+)?|\[[0-9a-f:]+\](:[0-9]+)?", re.IGNORECASE)


def get_metadata(request: Request, services: Services, _: Orchestrations) -> Response:
    """Azure Resource Manager's list of clouds, with one cloud in it.

    The SDK takes the one whose `resourceManager` the URL it was given begins with, and Azure itself
    if there is none. So a host that is not the public one (localhost for 127.0.0.1) has an entry.
    """
    public = request.base_url
    clouds = [_cloud(CLOUD, public, services)]
    host = request.headers.get("host", "")
    requested = f"{urlsplit(public).scheme}://{host}"
    if requested != public and _HOST.fullmatch(host):
        clouds.append(_cloud(f"{CLOUD}Here", requested, services))
    return Response(HTTPStatus.OK, clouds)


def _cloud(name: str, base: str, services: Services) -> JSON:
    issuer = urlsplit(_login(services.settings.auth_issuer))
    return {
        "name": name,
        "portal": PORTAL,
        "resourceManager": base,
        "authentication": {
            "loginEndpoint": f"{issuer.scheme}://{issuer.netloc}/",
            "audiences": [f"{ARM_AUDIENCE}/", f"{ML_AUDIENCE}/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "suffixes": {"storage": services.datastores.account.endpoint},
    }


def _login(issuers: tuple[str, ...]) -> str:
    """Where tokens are got: Entra's older issuer is a name only."""
    return next((one for one in issuers if not one.startswith(OLD_ISSUER)), AZURE_LOGIN)


def get_addresses(request: Request, _services: Services, _: Orchestrations) -> Response:
    """Where the parts of Azure ML are that are not ARM's: all of them here."""
    base = request.base_url
    return Response(HTTPStatus.OK, {"api": base, "history": base, "experimentation": base})


def get_workspace(request: Request, services: Services, _: Orchestrations) -> Response:
    return Response(HTTPStatus.OK, _workspace(request, services))


def list_subscriptions(request: Request, services: Services, _: Orchestrations) -> Response:
    """The service's one subscription, as ARM lists them."""
    subscription = services.settings.subscription_id
    return page(
        request,
        [
            {
                "id": f"/subscriptions/{subscription}",
                "subscriptionId": subscription,
                "displayName": services.settings.workspace_name,
                "state": "Enabled",
            }
        ],
    )


def list_workspaces(request: Request, services: Services, _: Orchestrations) -> Response:
    _check_scope(request, services.settings)
    return page(request, [_workspace(request, services)])


def _check_scope(request: Request, settings: Settings) -> None:
    """Raise NotFound for another subscription, or another resource group."""
    for part, own in (
        ("subscription", settings.subscription_id),
        ("group", settings.resource_group),
    ):
        requested = request.path.get(part, own)
        if requested.lower() != own.lower():
            kind = "resource group" if part == "group" else part
            raise NotFound(f"There is no {kind} '{requested}'.", fix=f"Use '{own}'.", target=part)


def _workspace(request: Request, services: Services) -> JSON:
    settings = services.settings
    own_id = workspace_id(settings)
    return {
        "id": own_id,
        "name": settings.workspace_name,
        "type": f"{PROVIDER}/workspaces",
        "kind": "Default",
        "location": settings.location,
        "tags": {},
        "sku": {"name": "Basic", "tier": "Basic"},
        "properties": {
            "workspaceId": workspace_guid(settings),
            "friendlyName": settings.workspace_name,
            "description": "Batch endpoints, self-hosted.",
            "discoveryUrl": f"{request.base_url}/discovery",
            "provisioningState": "Succeeded",
            "publicNetworkAccess": "Enabled",
            "hbiWorkspace": False,
            "storageAccount": _storage_account_id(services),
        },
    }


def _storage_account_id(services: Services) -> str:
    name = services.datastores.account.name.rstrip("#").rpartition("/")[2]
    group = workspace_id(services.settings).partition("/providers/")[0]
    return f"{group}/providers/Microsoft.Storage/storageAccounts/{name}"


_OF_GROUP = WORKSPACE.removesuffix("/{workspace}")
_OF_SUBSCRIPTION = _OF_GROUP.replace("/resourceGroups/{group}", "")

_CLOUDS = RouteDocs(
    "The clouds that there are: this one.", answers={HTTPStatus.OK: AnswerKind.VALUES}
)

ROUTES = (
    Route("get_metadata", "GET", "metadata/endpoints", None, get_metadata, docs=_CLOUDS),
    Route("get_addresses", "GET", "discovery", None, get_addresses),
    Route("list_subscriptions", "GET", "subscriptions", Role.READER, list_subscriptions),
    Route("get_workspace", "GET", WORKSPACE, Role.READER, get_workspace),
    Route("list_workspaces", "GET", _OF_GROUP, Role.READER, list_workspaces),
    Route("list_own_workspaces", "GET", _OF_SUBSCRIPTION, Role.READER, list_workspaces),
)
register(bp, ROUTES)
