"""Housekeeping for contributors: what it removed, what it would remove now, and a look at once."""

from collections.abc import Mapping
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.paging import page, start_after
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import WORKSPACE
from shared.application.keep_house import Looked
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.histories import Histories
from shared.housekeeping import keep_house, retention_of
from shared.ports import Orchestrations
from shared.schemas.housekeeping import (
    read_position,
    write_findings,
    write_gone,
    write_moment,
    write_totals,
)
from shared.schemas.shapes import NO_BODY
from shared.services import Services
from shared.stores.housekeeping_walks import Position, WalkRecord

bp = df.Blueprint()
# A gateway in front may cut a request off after half a minute.
LIMIT_S = 15.0
RECORDS_SHOWN = 20


def show_housekeeping(request: Request, services: Services, _: Orchestrations) -> Response:
    """The rules, how far the walk is, and what the walks before it removed."""
    del request
    retention, walks = retention_of(services.settings), keep_house(services).walks
    walk = walks.read()
    body: Mapping[str, JSON] = {
        "rules": {
            "job_days": retention.job_days,
            "jobs_kept": retention.jobs_kept,
            "predictions_of_removed_jobs": services.settings.predictions_of_removed_jobs,
            "part_days": retention.part_days,
            "log_days": retention.log_days,
            "history_days": retention.history_days,
            "started_upload_days": retention.started_upload_days,
            "upload_days": retention.upload_days,
            "delivery_log_days": services.settings.delivery_log_days,
            "scratch_days": services.settings.scratch_days,
        },
        "walk": {
            "is_under_way": walk.position is not None,
            "started_at": write_moment(walk.position.started_at if walk.position else None),
            "begins_at": write_moment(walk.begins_at),
            "gone": write_gone(walk.gone),
            "problems": walk.problems,
        },
        "records": [_write_record(one) for one in walks.records(RECORDS_SHOWN)],
    }
    return Response(HTTPStatus.OK, body)


def preview_housekeeping(
    request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    """What would go now, page by page; a page may be empty, and others follow."""
    token = start_after(request)
    position = read_position(Position, token) if token else None
    keep = keep_house(services)
    looked = keep.dry(_histories(orchestrations), position, limit_s=LIMIT_S)
    last = looked.position.model_dump_json() if looked.position else ""
    return page(request, write_findings(looked.found), last=last)


def run_housekeeping(_: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """One look, at once: whoever wants the whole walk asks until it is over."""
    looked = keep_house(services)(_histories(orchestrations), limit_s=LIMIT_S, now=True)
    return Response(HTTPStatus.OK, _write_look(looked))


def _write_look(looked: Looked) -> JSON:
    return {
        "is_over": looked.position is None and not looked.is_busy,
        "is_busy": looked.is_busy,
        "walk": looked.walk,
        "problems": looked.problems,
        "gone": write_totals(looked.found),
    }


def _write_record(record: WalkRecord) -> JSON:
    return {
        "walk": record.walk,
        "started_at": write_moment(record.started_at),
        "ended_at": write_moment(record.ended_at),
        "gone": write_gone(record.gone),
        "problems": record.problems,
    }


def _histories(orchestrations: Orchestrations) -> Histories:
    if not isinstance(orchestrations, Histories):
        raise TypeError("This route is not bound to the task hub. Set its is_durable.")
    return orchestrations


_HOUSE = f"{WORKSPACE}/housekeeping"
ROUTES = (
    Route(
        "show_housekeeping",
        "GET",
        _HOUSE,
        Role.CONTRIBUTOR,
        show_housekeeping,
        docs=RouteDocs(
            "What is kept for how long, how far the walk is, and what went.",
            answers={HTTPStatus.OK: AnswerKind.DOCUMENT},
        ),
    ),
    Route(
        "preview_housekeeping",
        "GET",
        f"{_HOUSE}/preview",
        Role.CONTRIBUTOR,
        preview_housekeeping,
        is_durable=True,
        docs=RouteDocs(
            "What would go now, by which rule and why: nothing is removed.",
            answers={HTTPStatus.OK: AnswerKind.PAGE},
        ),
    ),
    Route(
        "run_housekeeping",
        "POST",
        f"{_HOUSE}/run",
        Role.CONTRIBUTOR,
        run_housekeeping,
        is_durable=True,
        docs=RouteDocs(
            "Remove what is due, for some seconds: ask again until it is over.",
            body=NO_BODY,
            answers={HTTPStatus.OK: AnswerKind.DOCUMENT},
        ),
    ),
)
register(bp, ROUTES)
