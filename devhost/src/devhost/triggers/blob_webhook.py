"""The webhook to which Event Grid posts the events of blob triggers.

`POST /runtime/webhooks/blobs?functionName=Host.Functions.<name>&code=<system key>`. What a post is
about is in its header `aeg-event-type`, as with the real host; keys are checked before.
"""

import json
import logging
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

from aiohttp import web

from devhost.http.everything import meet_expectation
from devhost.http.paths import query_values
from devhost.http.replies import empty, server_error
from devhost.http.requests import LARGEST_BODY, TooLarge
from devhost.triggers.event_grid_blobs import EventGridBlobs

log = logging.getLogger(__name__)

ROUTE = "/{_:(?i:runtime)}/{__:(?i:webhooks)}/{___:(?i:blobs)}"
ACCEPTED, BAD_REQUEST = 202, 400
PREFIX = "host.functions."
BLOB_TYPES = ("BlockBlob", "PageBlob", "AppendBlob")


class NotUnderstood(ValueError):
    """Why a body is nothing that the real host's blob trigger reads."""


def add_blob_webhook(app: web.Application, blobs: EventGridBlobs) -> None:
    app.router.add_route("*", ROUTE, _Webhook(blobs).answer, expect_handler=meet_expectation)


class _Webhook:
    def __init__(self, blobs: EventGridBlobs) -> None:
        self._blobs = blobs

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        match request.headers.get("aeg-event-type", "").lower():
            case "subscriptionvalidation":
                return _tell(lambda: web.json_response(_validation(body)))
            case "notification":
                return _tell(lambda: self._take(request, body))
            case "unsubscribe":
                return empty(ACCEPTED)
        return empty(BAD_REQUEST)

    def _take(self, request: web.Request, body: bytes) -> web.Response:
        """All of the events or, where one of them cannot be read, none."""
        values = {name.lower(): one for name, one in query_values(request.raw_path).items()}
        name = values.get("functionname", "")
        blobs = [_blob(event) for event in _array(body)]
        if name.lower().startswith(PREFIX):
            self._blobs.take(name[len(PREFIX) :], blobs)
        else:
            log.warning("Events for functionName '%s': it is Host.Functions.<name>.", name)
        return empty(ACCEPTED)


def _tell(answer: Callable[[], web.Response]) -> web.Response:
    """As on the real host a body that is not understood is 500; here the console says why."""
    try:
        return answer()
    except NotUnderstood as error:
        log.error("The blob webhook: %s", error)  # noqa: TRY400  # a line, no trace
        return server_error()


async def _body(request: web.Request) -> bytes:
    if (request.content_length or 0) > LARGEST_BODY:
        raise TooLarge
    return await request.content.read(-1)


def _array(body: bytes) -> list[dict[str, Any]]:
    try:
        events = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood("the body is no JSON.") from error
    if not isinstance(events, list) or not all(isinstance(one, dict) for one in events):
        raise NotUnderstood(
            "the body is no array of events. The real host takes none but arrays here: subscribe "
            "with Event Grid's schema, or with CloudEvents in batches."
        )
    return events


def _validation(body: bytes) -> dict[str, str]:
    events = _array(body)
    code = _data(events[0]).get("validationCode") if events else None
    if not isinstance(code, str):
        raise NotUnderstood("the handshake has no data.validationCode.")
    return {"validationResponse": code}


def _blob(event: dict[str, Any]) -> tuple[str, str]:
    """Container and name of the blob that an event is about, in either schema."""
    data = _data(event)
    if data.get("blobType") not in BLOB_TYPES:
        raise NotUnderstood(f"data.blobType of an event is none of {', '.join(BLOB_TYPES)}.")
    try:
        url = urlsplit(str(data.get("url")))
    except ValueError as error:
        raise NotUnderstood("data.url of an event is no URL.") from error
    path = url.path.lstrip("/")
    if _has_account_in_path(url.hostname or ""):
        path = path.partition("/")[2]
    container, _, name = path.partition("/")
    if not container or not name:
        raise NotUnderstood("data.url of an event names no blob.")
    return container, unquote(name)


def _has_account_in_path(host: str) -> bool:
    """Storage emulators have the account in the path, Azure in the name of the host."""
    try:
        ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def _data(event: dict[str, Any]) -> dict[str, Any]:
    data = event.get("data")
    if not isinstance(data, dict):
        raise NotUnderstood("an event has no data.")
    return data
