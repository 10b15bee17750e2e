"""A job's status in the shape of the Durable HTTP API, opened by the bearer token."""

from datetime import datetime
from http import HTTPStatus

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.job_uris import status_uri
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.application.starting import find_instance
from shared.domain.custom_status import CustomStatus
from shared.domain.function_names import SCORE_JOB
from shared.domain.job import Job
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.domain.task import EndResult
from shared.ports import Instance, Orchestrations
from shared.services import Services

bp = df.Blueprint()
RETRY_AFTER_S = "2"


def get_status(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """202 while the job runs, 200 once it has ended.

    How it ended is what its document says. Its orchestration may say less, if it was ended from
    outside, or something of its own, if it was started once more.
    """
    job = services.follow_job.of_endpoint(request.path["endpoint"], request.path["job"])
    # in this order: one that has ended by now is found in the document
    instance = find_instance(orchestrations, SCORE_JOB, job.spec.instance)
    job = services.follow_job.refresh(job, orchestrations)
    if job.state.status.is_terminal:
        return Response(HTTPStatus.OK, _write_end(job, instance))
    body = _write_instance(job, instance) if instance else _write_unstarted(job)
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


def _write_unstarted(job: Job) -> dict[str, JSON]:
    """Its orchestration is not there yet."""
    created = job.spec.created_at
    return _write_status(job, "Pending", (created, created), None, None)


def _write_end(job: Job, instance: Instance | None) -> dict[str, JSON]:
    """How the orchestration ended, if it has and is there, and how the job did."""
    state, created = job.state, job.spec.created_at
    ended = EndResult(
        status=state.status, reason=state.reason, sha256=state.output_sha256, tally=state.tally
    )
    runtime_status = instance.ended if instance and instance.ended else "Completed"
    times = (created, state.ended_at or created)
    custom = CustomStatus.of_end(state)
    return _write_status(job, runtime_status, times, custom.to_wire(), ended.to_wire())


def _write_status(
    job: Job, status: str, times: tuple[datetime, datetime], custom: JSON, output: JSON
) -> dict[str, JSON]:
    created, updated = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in times)
    return {
        "name": SCORE_JOB,
        "instanceId": job.spec.instance,
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
