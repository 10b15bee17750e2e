"""Schedules: ARM CRUD of what invokes endpoints at due times, and one run at once."""

from datetime import UTC, datetime
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.conditions import etag_header
from shared.api.http import Request, Response
from shared.api.paging import page, page_size, start_after
from shared.api.route_docs import RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import WORKSPACE, enveloped, lasting_body, schedule_id
from shared.api.writes import write_of
from shared.application.delete_schedule import delete_schedule as delete
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.domain.schedule import Schedule
from shared.ports import Orchestrations
from shared.schemas import arm_schedules as arm
from shared.schemas import schedule_bodies as bodies
from shared.services import Services
from shared.stores.registry import Stored

bp = df.Blueprint()
# By Azure's names; the first is what is shown when nothing is said.
VIEWS = {"enabledonly": {True}, "disabledonly": {False}, "all": {True, False}}


def put_schedule(request: Request, services: Services, _: Orchestrations) -> Response:
    body = lasting_body(request, services.settings, services.datastores.account_url)
    requested = arm.read_schedule(request.path["schedule"], body, datetime.now(UTC))
    entry, is_new = services.put_schedule(
        requested.schedule,
        requested.source_job,
        write_of(request),
        keeps_state=requested.keeps_state,
    )
    return _answer(entry, services, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


def get_schedule(request: Request, services: Services, _: Orchestrations) -> Response:
    entry = services.registry.schedules.get(request.path["schedule"])
    return _answer(entry, services, HTTPStatus.OK)


def list_schedules(request: Request, services: Services, _: Orchestrations) -> Response:
    """A page may be short: it leaves out what is not to be shown."""
    view = _view(request)
    entries, last = services.registry.schedules.page(
        after=start_after(request), size=page_size(request)
    )
    shown = [entry for entry in entries if entry.resource.is_enabled in view]
    return page(request, [_body(entry, services) for entry in shown], last=last)


def delete_schedule(request: Request, services: Services, _: Orchestrations) -> Response:
    progresses = services.schedule_progresses
    delete(services.registry, progresses, request.path["schedule"], write_of(request))
    return Response(HTTPStatus.OK)


def run_schedule(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """The job of that moment, of an enabled schedule or not; the same moment is the same job."""
    entry = services.registry.schedules.get(request.path["schedule"])
    moment = arm.read_schedule_time(request.json if request.body else {}) or datetime.now(UTC)
    due = moment.replace(microsecond=0)
    job = services.run_schedules.make_job(entry, due, orchestrations)
    kind = entry.resource.shown.get("actionType", arm.INVOKE)
    return Response(HTTPStatus.OK, {"submissionId": job.spec.name, "scheduleActionType": kind})


def _view(request: Request) -> set[bool]:
    name = request.query.get("listviewtype", "EnabledOnly")
    if name.lower() not in VIEWS:
        raise InvalidRequest(
            f"'{name[:100]}' is no view of schedules.",
            fix="Use listViewType=EnabledOnly, DisabledOnly or All.",
            target="listViewType",
        )
    return VIEWS[name.lower()]


def _answer(entry: Stored[Schedule], services: Services, status: int) -> Response:
    return Response(status, _body(entry, services), etag_header(entry.etag))


def _body(entry: Stored[Schedule], services: Services) -> JSON:
    schedule = entry.resource
    progress = services.schedule_progresses.find(schedule.name)
    next_due = services.run_schedules.next_due(schedule, datetime.now(UTC))
    properties = arm.write_schedule(schedule, progress, next_due)
    own_id = schedule_id(services.settings, schedule.name)
    return enveloped(entry, "schedules", own_id, schedule.name, properties)


_ALL = f"{WORKSPACE}/schedules"
_ONE = f"{_ALL}/{{schedule}}"

_PUT = RouteDocs("Create or update a schedule.", body=bodies.SCHEDULE)
_RUN = RouteDocs("Run a schedule at once.", body=bodies.SCHEDULE_RUN)

ROUTES = (
    Route("list_schedules", "GET", _ALL, Role.READER, list_schedules),
    Route("put_schedule", "PUT", _ONE, Role.CONTRIBUTOR, put_schedule, docs=_PUT),
    Route("get_schedule", "GET", _ONE, Role.READER, get_schedule),
    Route("delete_schedule", "DELETE", _ONE, Role.CONTRIBUTOR, delete_schedule),
    Route(
        "run_schedule",
        "POST",
        f"{_ONE}/trigger",
        Role.INVOKER,
        run_schedule,
        is_durable=True,
        docs=_RUN,
    ),
)
register(bp, ROUTES)
