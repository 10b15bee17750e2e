"""The workspace that this service is: its ARM path, and the ids of what is in it."""

import re
import uuid
from urllib.parse import urlsplit

from shared.api.http import Request
from shared.domain.caller import Author
from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.job import utc
from shared.domain.message import JSON, Message, Tags
from shared.domain.reference import check_anonymous, without_signature
from shared.settings import Settings
from shared.stores.registry import Stored

PROVIDER = "Microsoft.MachineLearningServices"
WORKSPACE = (
    "subscriptions/{subscription}/resourceGroups/{group}/providers/"
    f"{PROVIDER}/workspaces/{{workspace}}"
)
ELSEWHERE = re.compile(
    r"(?:azureml:)?//?subscriptions/([^/]+)/resourcegroups/([^/]+)/"
    rf"(?:providers/{re.escape(PROVIDER)}/)?workspaces/([^/]+)(?:/|$)",
    re.IGNORECASE,
)
LOCATED = re.compile(r"azureml://locations/[^/]+/workspaces/([^/]+)(?:/|$)", re.IGNORECASE)
FREE_TEXT = {"tags", "description", "environmentvariables", "id", "webhook"}
"""Whose values are kept as they are; what is in a webhook is kept apart."""
ADDRESSES = {"uri", "datauri", "modeluri", "codeuri", "file", "folder", "path"}
"""Fields that say where something lies."""


def check_workspace(request: Request, settings: Settings) -> None:
    """Raise NotFound for any workspace but the service's own."""
    requested = (request.path["subscription"], request.path["group"], request.path["workspace"])
    own = (settings.subscription_id, settings.resource_group, settings.workspace_name)
    if tuple(part.lower() for part in requested) != tuple(part.lower() for part in own):
        raise NotFound(
            f"There is no workspace '{requested[2]}' in resource group '{requested[1]}' of "
            f"subscription '{requested[0]}'.",
            fix=f"Use subscription '{own[0]}', resource group '{own[1]}', workspace '{own[2]}'.",
            target="workspace",
        )


def lasting_body(request: Request, settings: Settings, account: str) -> JSON:
    """The body of what is kept for longer than a job.

    Raises InvalidRequest, too, for an address elsewhere than in the account whose signature would
    be missing later.
    """
    _refuse_signed(request.json, "", account)
    return own_body(request, settings)


def _refuse_signed(value: JSON, path: str, account: str) -> None:
    if isinstance(value, dict):
        for key, one in value.items():
            if key.lower() not in FREE_TEXT:
                _refuse_signed(one, f"{path}.{key}", account)
    elif isinstance(value, list):
        for one in value:
            _refuse_signed(one, path, account)
    elif isinstance(value, str) and path.rpartition(".")[2].lower() in ADDRESSES:
        shown = without_signature(value)
        if shown != value and not _is_in(shown, account):
            raise InvalidRequest(
                f"The URL '{shown[:300]}' has a signature, and what is kept for longer has none.",
                fix="Register a datastore with it (sas_token), and name "
                "azureml://datastores/<datastore>/paths/<path>.",
                target=path.removeprefix("."),
            )


def _is_in(url: str, account: str) -> bool:
    """Whether it lies in that account, by whatever scheme it is reached."""
    found, own = urlsplit(url), urlsplit(account)
    inside = f"{own.path.rstrip('/')}/"
    return found.netloc.lower() == own.netloc.lower() and found.path.startswith(inside)


def own_body(request: Request, settings: Settings, *, signed: str = "") -> JSON:
    """The request's body as it may be kept: URLs lose their signatures, but for those in `signed`.

    Raises NotFound when it refers to something in another workspace, and InvalidRequest for a URL
    with a password. Free text is not looked into.
    """
    return _own(request.json, "", settings, f".{signed}." if signed else "")


def _own(value: JSON, path: str, settings: Settings, signed: str) -> JSON:
    if isinstance(value, dict):
        return {
            key: one if key.lower() in FREE_TEXT else _own(one, f"{path}.{key}", settings, signed)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_own(one, path, settings, signed) for one in value]
    if isinstance(value, str):
        _check_own(value, settings)
        check_anonymous(value, target=path.removeprefix("."))
        return value if signed and path.startswith(signed) else without_signature(value)
    return value


def _check_own(text: str, settings: Settings) -> None:
    own = (settings.subscription_id, settings.resource_group, settings.workspace_name)
    match, located = ELSEWHERE.match(text), LOCATED.match(text)
    is_own = match is None or [part.lower() for part in match.groups()] == [
        part.lower() for part in own
    ]
    names = {settings.workspace_name.lower(), workspace_guid(settings)}
    if not is_own or (located and located[1].lower() not in names):
        raise NotFound(
            f"'{text.partition('?')[0][:300]}' is in another workspace.",
            fix=f"This one is '{workspace_id(settings)}'.",
            target="workspace",
        )


def workspace_id(settings: Settings) -> str:
    """The workspace's ARM id."""
    return "/" + WORKSPACE.format(
        subscription=settings.subscription_id,
        group=settings.resource_group,
        workspace=settings.workspace_name,
    )


def workspace_guid(settings: Settings) -> str:
    """The id that Azure gives to a workspace beside its name; always the same one."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, workspace_id(settings).lower()))


def asset_id(settings: Settings, kind: str, name: str, version: str) -> str:
    """The ARM id of a model or data version."""
    return f"{workspace_id(settings)}/{kind}/{name}/versions/{version}"


def compute_id(settings: Settings, name: str) -> str:
    """The ARM id of a compute."""
    return f"{workspace_id(settings)}/computes/{name}"


def schedule_id(settings: Settings, name: str) -> str:
    """The ARM id of a schedule."""
    return f"{workspace_id(settings)}/schedules/{name}"


def endpoint_id(settings: Settings, endpoint: str) -> str:
    return f"{workspace_id(settings)}/batchEndpoints/{endpoint}"


def scoring_uri(request: Request, endpoint: str) -> str:
    """Where the endpoint is invoked."""
    return f"{request.base_url}/endpoints/{endpoint}/jobs"


def swagger_uri(request: Request, endpoint: str) -> str:
    """Where the endpoint's OpenAPI document is."""
    return f"{request.base_url}/endpoints/{endpoint}/swagger.json"


def who(request: Request) -> Author:
    """Who is calling, as documents remember it."""
    return request.caller.author


def located(settings: Settings, tags: Tags) -> dict[str, JSON]:
    """What a resource with a location has beside its envelope."""
    return {"location": settings.location, "tags": tags}


def enveloped[R: Message](
    entry: Stored[R], kind: str, own_id: str, name: str, properties: JSON
) -> dict[str, JSON]:
    written = entry.written
    return {
        "id": own_id,
        "name": name,
        "type": f"{PROVIDER}/workspaces/{kind}",
        "etag": entry.etag or None,
        "properties": properties,
        "systemData": {
            "createdAt": utc(written.created_at),
            "createdBy": written.created_by,
            "createdByType": written.created_by_type,
            "lastModifiedAt": utc(written.last_modified_at),
            "lastModifiedBy": written.last_modified_by,
            "lastModifiedByType": written.last_modified_by_type,
        },
    }
