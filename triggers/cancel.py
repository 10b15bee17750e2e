"""Canceling a job.

A cancel raises the sign that every process looks for, and notes in the job's document who asked.
What is under way ends within seconds; the orchestration closes what is finished and ends the job.
"""

import time
from datetime import UTC, datetime

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.job_bodies import job_id
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import WORKSPACE, who
from shared.domain.errors import Conflict, NotFound
from shared.domain.job import Change, Job, JobStatus
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.schemas.shapes import NO_BODY
from shared.services import Services
from triggers.follow import live, of_run
from triggers.scoring import start

bp = df.Blueprint()
OK, ACCEPTED = 200, 202
# A cancel is carried out within some three seconds; one that takes longer is polled.
CANCELED_WITHIN_S, POLL_S = 5.0, 0.1


def cancel(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """Cancel a job; answers when it is over, or after a while where that can be asked."""
    job = _job(request, services, orchestrations)
    name, status = job.spec.name, job.state.status
    if status is JobStatus.CANCELED:
        return Response(OK)
    if status.is_terminal:
        raise Conflict(
            f"Job '{name}' is {status} already.",
            fix="There is nothing to cancel; delete its output if it is not wanted.",
            target="status",
        )
    services.signals.stop(name)
    asked = Change.of(who(request), datetime.now(UTC))
    job = services.jobs.request_cancel(name, asked)
    start(job, services, orchestrations)  # one whose start was lost comes to its end this way
    return _answer(_over(job, services), request, services)


def get_cancellation(
    request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    """202 until the job that was canceled has ended, then 200."""
    job = _job(request, services, orchestrations)
    if job.cancel is None and not job.state.status.is_terminal:
        raise NotFound(
            f"Nobody has canceled job '{job.spec.name}'.",
            fix="POST to the job's /cancel first.",
            target="job",
        )
    return _answer(job, request, services)


def _job(request: Request, services: Services, orchestrations: Orchestrations) -> Job:
    job, _ = of_run(request.path["job"], services)
    return live(job, services, orchestrations)


def _over(job: Job, services: Services) -> Job:
    """The job once it has ended, or as it is after a while."""
    deadline = time.monotonic() + CANCELED_WITHIN_S
    while not job.state.status.is_terminal and time.monotonic() < deadline:
        time.sleep(POLL_S)
        job = services.jobs.get(job.spec.name)
    return job


def _answer(job: Job, request: Request, services: Services) -> Response:
    if job.state.status.is_terminal:
        return Response(OK)
    place = f"{job_id(services.settings, job.spec.name)}/cancelOperation"
    headers = {"Location": f"{request.base_url}{place}", "Retry-After": "1"}
    return Response(ACCEPTED, headers=headers)


_ANSWERS = {OK: AnswerKind.NOTHING, ACCEPTED: AnswerKind.NOTHING}
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
