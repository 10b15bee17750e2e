"""Canceling a job, and asking whether it has ended."""

from collections.abc import Mapping
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.job_uris import job_id
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import WORKSPACE, who
from shared.domain.job import Job
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas.shapes import NO_BODY
from shared.services import Services

bp = df.Blueprint()


def cancel(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """Cancel a job; answers when it is over, or after a while where that can be asked."""
    job = services.cancel_job(request.path["job"], who(request), orchestrations)
    return _answer(job, request, services)


def get_cancellation(
    request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    """202 until the job that was canceled has ended, then 200."""
    job = services.cancel_job.check_requested(request.path["job"], orchestrations)
    return _answer(job, request, services)


def _answer(job: Job, request: Request, services: Services) -> Response:
    if job.state.status.is_terminal:
        return Response(HTTPStatus.OK)
    path = f"{job_id(services.settings, job.spec.name)}/cancelOperation"
    headers = {"Location": f"{request.base_url}{path}", "Retry-After": "1"}
    return Response(HTTPStatus.ACCEPTED, headers=headers)


_ANSWERS: Mapping[int, AnswerKind] = {
    HTTPStatus.OK: AnswerKind.NOTHING,
    HTTPStatus.ACCEPTED: AnswerKind.NOTHING,
}
_JOB = f"{WORKSPACE}/jobs/{{job}}"

ROUTES = (
    Route(
        "cancel_job",
        "POST",
        f"{_JOB}/cancel",
        Role.INVOKER,
        cancel,
        is_durable=True,
        docs=RouteDocs("Cancel a job.", body=NO_BODY, answers=_ANSWERS),
    ),
    Route(
        "get_cancellation",
        "GET",
        f"{_JOB}/cancelOperation",
        Role.READER,
        get_cancellation,
        is_durable=True,
        docs=RouteDocs("Whether a canceled job has ended.", answers=_ANSWERS),
    ),
)
register(bp, ROUTES)
