"""Jobs by ARM: lists, newest first, and one job."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.job_bodies import child_body, job_body, pipeline_body
from shared.api.paging import page, page_size, start_after
from shared.api.routes import Route, register
from shared.api.view import archived_states
from shared.api.workspace import WORKSPACE
from shared.domain.job import Job
from shared.domain.message import JSON
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.services import Services
from shared.stores.job_index import EVERYTHING, of_deployment, of_endpoint
from triggers.follow import live, of_run
from triggers.scoring import INVOKING, invoke, poll

bp = df.Blueprint()
OK = 200

type Body = Callable[[Job, Request, Services], JSON]


@dataclass(frozen=True)
class Wanted:
    """Which jobs of a list are asked for: archived or not, of which type, with which tag."""

    hidden: tuple[bool, ...]
    job_type: str
    tag: str

    @classmethod
    def of(cls, request: Request) -> Self:
        """Raises InvalidRequest for a listViewType that is none."""
        job_type, tag = request.query.get("jobtype", ""), request.query.get("tag", "")
        return cls(hidden=archived_states(request), job_type=job_type.lower(), tag=tag)

    def __call__(self, job: Job) -> bool:
        name, has_value, value = self.tag.partition("=")
        tags = {**job.labels.tags, "azureml.batchrun": "true"}
        has_tag = not name or (tags.get(name) == value if has_value else name in tags)
        return job.labels.hidden in self.hidden and self.job_type in {"", "pipeline"} and has_tag


def list_jobs(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    return _page(EVERYTHING, pipeline_body, request, services, orchestrations)


def list_of_endpoint(
    request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    """An endpoint's jobs, or a deployment's; they outlive it."""
    endpoint, deployment = request.path["endpoint"], request.path.get("deployment", "")
    folder = of_deployment(endpoint, deployment) if deployment else of_endpoint(endpoint)
    answer = _page(folder, job_body, request, services, orchestrations)
    if not answer.body["value"] and not answer.body["nextLink"]:
        name = services.registry.endpoints.get(endpoint).resource.name
        if deployment:
            services.registry.deployments.get(name, deployment)
    return answer


def _page(
    folder: str, write: Body, request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    jobs, last = services.jobs.page(
        folder,
        after=start_after(request),
        size=page_size(request),
        is_wanted=Wanted.of(request),
    )
    current = [live(job, services, orchestrations) for job in jobs]
    return page(request, [write(job, request, services) for job in current], last=last)


def get_job(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    job, is_child = of_run(request.path["job"], services)
    if is_child:
        return Response(OK, child_body(job, services))
    return Response(OK, pipeline_body(live(job, services, orchestrations), request, services))


def get_of_endpoint(
    request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    return poll(request, services, orchestrations)


def invoke_by_id(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    return invoke(request, services, orchestrations)


_ENDPOINT = f"{WORKSPACE}/batchEndpoints/{{endpoint}}"
_DEPLOYMENT = f"{_ENDPOINT}/deployments/{{deployment}}"
_FRONT_END = "mferp/managementfrontend"
_LISTS = {
    "list_jobs_of_scoring_uri": "endpoints/{endpoint}/jobs",
    "list_jobs_of_endpoint": f"{_ENDPOINT}/jobs",
    "list_jobs_of_deployment": f"{_DEPLOYMENT}/jobs",
    "list_endpoint_jobs_by_front_end": f"{_FRONT_END}/{_ENDPOINT}/jobs",
    "list_deployment_jobs_by_front_end": f"{_FRONT_END}/{_DEPLOYMENT}/jobs",
}
_JOB_OF_ENDPOINT = f"{_ENDPOINT}/jobs/{{job}}"

ROUTES = (
    Route("list_jobs", "GET", f"{WORKSPACE}/jobs", Role.READER, list_jobs, is_durable=True),
    Route("get_job", "GET", f"{WORKSPACE}/jobs/{{job}}", Role.READER, get_job, is_durable=True),
    *(
        Route(name, "GET", template, Role.READER, list_of_endpoint, is_durable=True)
        for name, template in _LISTS.items()
    ),
    Route(
        "get_job_of_endpoint",
        "GET",
        _JOB_OF_ENDPOINT,
        Role.READER,
        get_of_endpoint,
        is_durable=True,
    ),
    Route(
        "invoke_by_id",
        "POST",
        f"{_ENDPOINT}/jobs",
        Role.INVOKER,
        invoke_by_id,
        is_durable=True,
        docs=INVOKING,
    ),
)
register(bp, ROUTES)
