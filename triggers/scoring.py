"""The scoring URI: invoke an endpoint, and poll the job.

1. What can be checked now is checked now: references, settings, input there, output free.
2. A request id stands for one job: sending the request again returns the first job.
3. The job's document is written, then its orchestration is started under the job's name.
"""

import hashlib
import uuid
from datetime import UTC, datetime

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.job_bodies import job_body
from shared.api.route_docs import AnswerKind, RouteDocs
from shared.api.routes import Route, register
from shared.api.workspace import own_body, who
from shared.domain.deployment import Deployment
from shared.domain.endpoint import Endpoint
from shared.domain.errors import Conflict, InvalidRequest, NotFound
from shared.domain.job import Job, JobInput, JobOutput, JobSpec, JobStatus
from shared.domain.provisioning import ProvisioningState
from shared.domain.reference import parse_datastore_path, unsigned
from shared.domain.resolved_deployment import Location
from shared.domain.role import Role
from shared.domain.task import JobRun
from shared.ports import Orchestrations
from shared.schemas import bodies
from shared.schemas.invocation import Invocation, read_invocation
from shared.services import Services
from shared.stores.jobs import Submission
from triggers.follow import ORCHESTRATOR, live, of_endpoint, orchestration
from triggers.job_status import status_urls

bp = df.Blueprint()
OK, CREATED = 200, 201
DEPLOYMENT_HEADER = "azureml-model-deployment"
REQUEST_ID_HEADERS = ("repeatability_request-id", "repeatability-request-id")


def invoke(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    endpoint = services.registry.endpoints.get(request.path["endpoint"]).resource
    endpoint.check_stays()
    deployment = _deployment(endpoint, request, services)
    invocation = read_invocation(own_body(request, services.settings), deployment.settings)
    job = _submitted(deployment, invocation, request, services)
    start(job, services, orchestrations)
    body = job_body(job, request, services) | status_urls(job, request, services, orchestrations)
    return Response(CREATED, body, {"Location": body["services"]["Poll"]["endpoint"]})


def _submitted(
    deployment: Deployment, invocation: Invocation, request: Request, services: Services
) -> Job:
    """The job of this request: a new one, or the one that the same request made before."""
    name = invocation.job_name or str(uuid.uuid4())
    request_id = next((request.headers[h] for h in REQUEST_ID_HEADERS if h in request.headers), "")
    if not request_id:
        services.jobs.check_free(name)
        return services.jobs.create(_spec(name, "", deployment, invocation, request, services))
    name = _claimed(deployment.endpoint, request_id, name, request, services)
    if (job := services.jobs.of_request(name, request_id)) is not None:
        return job
    try:
        services.jobs.check_free(name)
        spec = _spec(name, request_id, deployment, invocation, request, services)
        return services.jobs.create(spec)
    except Conflict:
        if (job := services.jobs.of_request(name, request_id)) is not None:
            return job  # the same request, sent twice at the same time
        raise


def poll(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    """The job; it may have outlived its endpoint."""
    job = of_endpoint(request.path["endpoint"], request.path["job"], services)
    return Response(OK, job_body(live(job, services, orchestrations), request, services))


def _deployment(endpoint: Endpoint, request: Request, services: Services) -> Deployment:
    chosen = endpoint.choose(request.headers.get(DEPLOYMENT_HEADER, ""))
    deployment = services.registry.deployment(endpoint, chosen).resource
    made = deployment.provisioning
    if made.state is ProvisioningState.FAILED:
        raise Conflict(
            f"Deployment '{chosen}' is Failed: {made.first_words}.",
            fix="Mend what it says and create the deployment again.",
            target="deployment",
        )
    if made.state is not ProvisioningState.SUCCEEDED:
        raise Conflict(
            f"Deployment '{chosen}' is still {made.state}.",
            fix="Read it until its provisioningState is Succeeded.",
            target="deployment",
        )
    return deployment


def _claimed(
    endpoint: str, request_id: str, name: str, request: Request, services: Services
) -> str:
    """The job that a request id stands for; raises Conflict when it stood for another request."""
    asked = request.headers.get(DEPLOYMENT_HEADER, "").encode() + b"\n" + request.body
    submission = Submission(job=name, digest=hashlib.sha256(asked).hexdigest())
    first = services.jobs.claim(endpoint, request_id, submission)
    if first.digest != submission.digest:
        raise Conflict(
            f"The request id '{request_id[:100]}' was used for a different request, job "
            f"'{first.job}'.",
            fix="Use a new id for a new request; the same id only repeats the same request.",
            target=REQUEST_ID_HEADERS[0],
        )
    return first.job


def _spec(
    name: str,
    request_id: str,
    deployment: Deployment,
    invocation: Invocation,
    request: Request,
    services: Services,
) -> JobSpec:
    """Everything the job needs, resolved now: later changes do not touch it."""
    services.computes.check(
        invocation.compute or deployment.compute,
        invocation.settings.instance_count,
        target="properties.compute.target",
        counted="properties.compute.instanceCount",
    )
    child = str(uuid.uuid5(uuid.NAMESPACE_URL, f"batch-job:{name}"))
    return JobSpec(
        name=name,
        child=child,
        endpoint=deployment.endpoint,
        deployment=deployment.name,
        recipe=services.recipes.of(deployment),
        settings=invocation.settings,
        input=_input(invocation, services),
        output=_output(invocation, child, services),
        experiment=invocation.experiment or deployment.endpoint,
        created_at=datetime.now(UTC),
        created_by=who(request).name,
        created_by_type=who(request).type,
        request_id=request_id,
    )


def _input(invocation: Invocation, services: Services) -> JobInput:
    """Raises InvalidRequest or NotFound when there is no input file to score."""
    target = invocation.input_field
    location, told = services.inputs.resolve(invocation.input_uri, target=target)
    kind = services.inputs.check(location, told or invocation.input_type, target=target)
    uri = unsigned(invocation.input_uri)
    return JobInput(name=invocation.input_name, type=kind, uri=uri, location=location)


def _output(invocation: Invocation, child: str, services: Services) -> JobOutput:
    """Raises Conflict when the output file exists, NotFound when its container does not."""
    target = invocation.output_field
    name = invocation.settings.output_file_name
    default = (
        f"azureml://datastores/{services.datastores.default}/paths/azureml/{child}/score/{name}"
    )
    uri = invocation.output_uri or default
    path = parse_datastore_path(uri, target=target)
    container = services.datastores.container(path.datastore, target=target)
    if not path.path or path.path.endswith("/"):
        raise InvalidRequest(
            f"'{uri}' names a folder, not a file.",
            fix=f"Name the file to write, such as {uri.rstrip('/')}/{name}.",
            target=target,
        )
    location = Location(container=container, path=path.path)
    _check_free(location, uri, target, services)
    return JobOutput(name=invocation.output_name, uri=uri, location=location)


def _check_free(location: Location, uri: str, target: str, services: Services) -> None:
    if services.blobs.exists(location.container, location.path):
        raise Conflict(
            f"The output file '{uri}' exists, and is never overwritten or appended to.",
            fix="Choose another output path or file name, or delete the file first.",
            target=target,
        )
    if not services.blobs.container_exists(location.container):
        raise NotFound(
            f"The output '{uri}' is in a datastore whose container '{location.container}' does "
            "not exist.",
            fix="Create the container first, or choose another datastore.",
            target=target,
        )


def start(job: Job, services: Services, orchestrations: Orchestrations) -> None:
    """Start the job's orchestration, unless it was started already."""
    is_started = job.state.status is not JobStatus.NOT_STARTED
    if is_started or orchestration(job, orchestrations) is not None:
        return
    try:
        orchestrations.start(ORCHESTRATOR, job.spec.name, JobRun(job=job.spec.name).to_wire())
    except Conflict:
        return  # a repeated request, at the same time as this one, was faster
    except InvalidRequest:
        services.jobs.discard(job.spec.name)
        raise


INVOKING = RouteDocs(
    "Start a job: score the input with the default deployment, or with the header's.",
    body=bodies.INVOCATION,
    answers={CREATED: AnswerKind.RESOURCE},
    headers=(DEPLOYMENT_HEADER, REQUEST_ID_HEADERS[0]),
)
ROUTES = (
    Route(
        "invoke",
        "POST",
        "endpoints/{endpoint}/jobs",
        Role.INVOKER,
        invoke,
        is_durable=True,
        docs=INVOKING,
    ),
    Route("poll", "GET", "endpoints/{endpoint}/jobs/{job}", Role.READER, poll, is_durable=True),
)
register(bp, ROUTES)
