"""Hints of uploads: the inbox's blob trigger, Event Grid's posts, and the sweep that needs none."""

import logging
from http import HTTPStatus

import azure.durable_functions as df
import azure.functions as func

from shared.adapters.durable_client import DurableClient
from shared.api.http import Request, Response
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.domain.role import Role
from shared.domain.watch import INBOX_CONTAINER
from shared.ports import Orchestrations
from shared.schemas import watch_bodies as bodies
from shared.schemas.blob_events import read_blob_events
from shared.services import Services, services
from shared.settings import InboxTrigger, Settings

bp = df.Blueprint()
log = logging.getLogger(__name__)

SETTINGS = Settings.from_environment()
SOURCES = {
    InboxTrigger.POLLED: func.BlobSource.LOGS_AND_CONTAINER_SCAN,
    InboxTrigger.EVENT_GRID: func.BlobSource.EVENT_GRID,
}
ORIGIN, ALLOWED = "webhook-request-origin", "WebHook-Allowed-Origin"


@bp.blob_trigger(
    arg_name="blob",
    path=f"{INBOX_CONTAINER}/{{endpoint}}/{{name}}",
    connection=SETTINGS.inbox_connection,
    source=SOURCES[SETTINGS.inbox_trigger],
)
@bp.durable_client_input(client_name="client")
def notice_upload(blob: func.InputStream, client: str) -> None:
    """The trigger's etag is not to be relied on, nor its calls: all it tells is whose inbox."""
    endpoint = (blob.name or "").split("/")[1]
    services().hint_uploads.of_inbox(endpoint, DurableClient(client))


@bp.timer_trigger(arg_name="timer", schedule=SETTINGS.sweep_schedule, run_on_startup=True)
@bp.durable_client_input(client_name="client")
def sweep_uploads(timer: func.TimerRequest, client: str) -> None:
    """At each start too, for what came while nobody listened."""
    started = services().hint_uploads.sweep(DurableClient(client))
    if started:
        log.info("swept watches=%d late=%s", started, timer.past_due)


def receive_blob_events(
    request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    """Event Grid's schema or CloudEvents, one event or several; its handshake is answered."""
    events = read_blob_events(request.json)
    if events.validation_code:
        return Response(HTTPStatus.OK, {"validationResponse": events.validation_code})
    watches = services.hint_uploads.of_blobs(events.blobs, orchestrations)
    return Response(HTTPStatus.OK, {"watches": watches})


def allow_events(request: Request, _services: Services, _: Orchestrations) -> Response:
    """The handshake of CloudEvents: whoever may send is told at each post, by its token."""
    origin = request.headers.get(ORIGIN, "*")
    return Response(HTTPStatus.OK, headers={ALLOWED: origin, "WebHook-Allowed-Rate": "*"})


_EVENTS = "events/blobs"
_POST = RouteDocs(
    "Take note of uploads, as Event Grid tells them.",
    body=bodies.BLOB_EVENTS,
    answers={HTTPStatus.OK: AnswerKind.DOCUMENT},
)
_OPTIONS = RouteDocs(
    "Answer the handshake of CloudEvents.", answers={HTTPStatus.OK: AnswerKind.NOTHING}
)

ROUTES = (
    Route(
        "receive_blob_events",
        "POST",
        _EVENTS,
        Role.INVOKER,
        receive_blob_events,
        is_durable=True,
        docs=_POST,
    ),
    Route("allow_blob_events", "OPTIONS", _EVENTS, Role.INVOKER, allow_events, docs=_OPTIONS),
)
register(bp, ROUTES)
