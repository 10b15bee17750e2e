"""A job's status in the shape of the Durable HTTP API, opened by the bearer token."""

from datetime import datetime
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.job_uris import status_uri
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.application.follow_job import find_orchestration
from shared.domain.function_names import SCORE_JOB
from shared.domain.job import Job
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.domain.task import EndResult
from shared.ports import Instance, Orchestrations
from shared.services import Services

bp = df.Blueprint()
UNDER_WAY = {"Pending", "Running", "Suspended", "ContinuedAsNew"}
RETRY_AFTER_S = "2"


def get_status(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """202 while the job runs, 200 once it has ended."""
    job = services.follow_job.of_endpoint(request.path["endpoint"], request.path["job"])
    job = services.follow_job.refresh(job, orchestrations)
    instance = find_orchestration(job, orchestrations)
    body = _write_instance(job, instance) if instance else _write_document(job)
    if body["runtimeStatus"] not in UNDER_WAY:
        return Response(HTTPStatus.OK, body)
    headers = {"Location": status_uri(job, request), "Retry-After": RETRY_AFTER_S}
    return Response(HTTPStatus.ACCEPTED, body, headers)


def _write_instance(job: Job, instance: Instance) -> dict[str, JSON]:
    return _write_status(
        job,
        instance.runtime_status,
        (instance.created_at, instance.changed_at),
        instance.custom_status,
        instance.output,
    )


def _write_document(job: Job) -> dict[str, JSON]:
    """What the job's own document says, when its orchestration is not there."""
    state, made = job.state, job.spec.created_at
    times = (made, state.ended_at or made)
    if not state.status.is_terminal:
        return _write_status(job, "Pending", times, None, None)
    ended = EndResult(
        status=state.status, reason=state.reason, sha256=state.output_sha256, tally=state.tally
    )
    return _write_status(job, "Completed", times, None, ended.to_wire())


def _write_status(
    job: Job, status: str, times: tuple[datetime, datetime], custom: JSON, output: JSON
) -> dict[str, JSON]:
    created, updated = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in times)
    return {
        "name": SCORE_JOB,
        "instanceId": job.spec.name,
        "runtimeStatus": status,
        "input": None,
        "customStatus": custom,
        "output": output,
        "createdTime": created,
        "lastUpdatedTime": updated,
    }


ROUTES = (
    Route(
        "get_job_status",
        "GET",
        "endpoints/{endpoint}/jobs/{job}/status",
        Role.READER,
        get_status,
        is_durable=True,
        docs=RouteDocs(
            "A job's status as the Durable HTTP API tells it.",
            answers={HTTPStatus.OK: AnswerKind.DOCUMENT, HTTPStatus.ACCEPTED: AnswerKind.DOCUMENT},
        ),
    ),
)
register(bp, ROUTES)
