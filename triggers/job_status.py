"""A job's status in the shape of the Durable HTTP API, opened by the bearer token.

The Durable API's own URLs carry the task hub's key, which opens every instance: to end, purge and
start them. So they are for who may do all that anyway; the others follow and cancel their job here.
"""

from datetime import datetime

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.job_bodies import job_id
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import scoring_uri
from shared.domain.job import Job
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.domain.task import EndResult
from shared.ports import Instance, Orchestrations
from shared.services import Services
from shared.settings import DurableUrls
from triggers.follow import ORCHESTRATOR, live, of_endpoint, orchestration

bp = df.Blueprint()
OK, ACCEPTED = 200, 202
UNDER_WAY = {"Pending", "Running", "Suspended", "ContinuedAsNew"}
RETRY_AFTER_S = "2"


def status_urls(
    job: Job, request: Request, services: Services, orchestrations: Orchestrations
) -> JSON:
    """Where the caller may follow and end the job, under the names that Durable clients know."""
    is_trusted = Role.highest(request.caller.roles) is Role.CONTRIBUTOR
    if is_trusted or services.settings.durable_urls is DurableUrls.EVERYONE:
        return orchestrations.management_urls(job.spec.name)
    own = f"{request.base_url}{job_id(services.settings, job.spec.name)}"
    return {"statusQueryGetUri": _status_uri(job, request), "terminatePostUri": f"{own}/cancel"}


def get_status(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """202 while the job runs, 200 once it has ended."""
    job = live(
        of_endpoint(request.path["endpoint"], request.path["job"], services),
        services,
        orchestrations,
    )
    instance = orchestration(job, orchestrations)
    body = _of_instance(job, instance) if instance else _of_document(job)
    if body["runtimeStatus"] not in UNDER_WAY:
        return Response(OK, body)
    headers = {"Location": _status_uri(job, request), "Retry-After": RETRY_AFTER_S}
    return Response(ACCEPTED, body, headers)


def _of_instance(job: Job, instance: Instance) -> dict[str, JSON]:
    return _body(
        job,
        instance.runtime_status,
        (instance.created_at, instance.changed_at),
        instance.custom_status,
        instance.output,
    )


def _of_document(job: Job) -> dict[str, JSON]:
    """What the job's own document says, when its orchestration is not there."""
    state, made = job.state, job.spec.created_at
    times = (made, state.ended_at or made)
    if not state.status.is_terminal:
        return _body(job, "Pending", times, None, None)
    ended = EndResult(
        status=state.status, reason=state.reason, sha256=state.output_sha256, tally=state.tally
    )
    return _body(job, "Completed", times, None, ended.to_wire())


def _body(
    job: Job, status: str, times: tuple[datetime, datetime], custom: JSON, output: JSON
) -> dict[str, JSON]:
    created, updated = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in times)
    return {
        "name": ORCHESTRATOR,
        "instanceId": job.spec.name,
        "runtimeStatus": status,
        "input": None,
        "customStatus": custom,
        "output": output,
        "createdTime": created,
        "lastUpdatedTime": updated,
    }


def _status_uri(job: Job, request: Request) -> str:
    return f"{scoring_uri(request, job.spec.endpoint)}/{job.spec.name}/status"


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
            answers={OK: AnswerKind.DOCUMENT, ACCEPTED: AnswerKind.DOCUMENT},
        ),
    ),
)
register(bp, ROUTES)
