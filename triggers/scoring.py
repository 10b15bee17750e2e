"""The scoring URI: invoke an endpoint, and poll the job; by the endpoint's ARM id, too."""

from http import HTTPStatus

import azure.durable_functions as df

from shared.api.dry_runs import write_dry_run
from shared.api.http import Request, Response
from shared.api.job_bodies import job_body
from shared.api.job_uris import status_urls
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import WORKSPACE, own_body, who
from shared.application.submit_job import REQUEST_ID, JobRequest
from shared.domain.role import Role
from shared.observed import observer
from shared.ports import Orchestrations
from shared.preflight import preflight_job
from shared.schemas import invocation_bodies
from shared.schemas.trial import trial_of
from shared.services import Services

bp = df.Blueprint()
DEPLOYMENT_HEADER = "azureml-model-deployment"
TRACEPARENT = "traceparent"
INPUTS = "properties.inputData"
"""Their signatures are kept apart, sealed; of what else a job's document has, none is wanted."""
REQUEST_ID_HEADERS = (REQUEST_ID, "repeatability-request-id")


def invoke(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    with observer().invoke(request.headers.get(TRACEPARENT, ""), f"/{_JOBS}") as invoking:
        asked = _read_request(request, services, invoking.traceparent)
        trial = trial_of(asked.body)
        if trial.dry_run:
            invoking.status = HTTPStatus.OK
            return Response(HTTPStatus.OK, write_dry_run(preflight_job(services)(asked)))
        if trial.preflight:
            preflight_job(services).require(asked)
        job = services.submit_job(asked, orchestrations)
        invoking.job, invoking.status = job.spec, HTTPStatus.CREATED
    urls = status_urls(job, request, services.settings, orchestrations)
    body = job_body(job, request, services) | urls
    if secret := services.callbacks.job_webhooks.made_secret(job.spec):
        body["properties"]["webhook"] = {"secret": secret}  # shown to who invoked, and to nobody
    return Response(HTTPStatus.CREATED, body, {"Location": body["services"]["Poll"]["endpoint"]})


def _read_request(request: Request, services: Services, traceparent: str) -> JobRequest:
    ids = (request.headers[name] for name in REQUEST_ID_HEADERS if name in request.headers)
    return JobRequest(
        endpoint=request.path["endpoint"],
        deployment=request.headers.get(DEPLOYMENT_HEADER, ""),
        request_id=next(ids, ""),
        content=request.body,
        by=who(request),
        body=own_body(request, services.settings, signed=INPUTS),
        traceparent=traceparent,
    )


def poll(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """The job; it may have outlived its endpoint."""
    job = services.follow_job.of_endpoint(request.path["endpoint"], request.path["job"])
    current = services.follow_job.refresh(job, orchestrations)
    return Response(HTTPStatus.OK, job_body(current, request, services, has_links=True))


_JOBS = "endpoints/{endpoint}/jobs"
_JOBS_BY_ID = f"{WORKSPACE}/batchEndpoints/{{endpoint}}/jobs"

_INVOKE = RouteDocs(
    "Start a job: score the input with the default deployment, or with the header's; a dry run "
    "starts nothing.",
    body=invocation_bodies.INVOCATION,
    answers={HTTPStatus.CREATED: AnswerKind.RESOURCE, HTTPStatus.OK: AnswerKind.RESOURCE},
    headers=(DEPLOYMENT_HEADER, REQUEST_ID_HEADERS[0]),
)

ROUTES = (
    Route("invoke", "POST", _JOBS, Role.INVOKER, invoke, is_durable=True, docs=_INVOKE),
    Route("invoke_by_id", "POST", _JOBS_BY_ID, Role.INVOKER, invoke, is_durable=True, docs=_INVOKE),
    Route("poll", "GET", f"{_JOBS}/{{job}}", Role.READER, poll, is_durable=True),
    Route(
        "get_job_of_endpoint",
        "GET",
        f"{_JOBS_BY_ID}/{{job}}",
        Role.READER,
        poll,
        is_durable=True,
    ),
)
register(bp, ROUTES)
