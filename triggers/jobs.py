"""Jobs by ARM: lists, newest first, and one job."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

import azure.durable_functions as df

from shared.api.http import Request, Response
from shared.api.job_bodies import child_body, job_body, pipeline_body
from shared.api.paging import page, page_size, start_after
from shared.api.routes import Route, register
from shared.api.view import archived_states
from shared.api.workspace import WORKSPACE
from shared.application.list_jobs import JobWindow
from shared.domain.job import Job
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.services import Services

bp = df.Blueprint()


@dataclass(frozen=True)
class JobFilter:
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
    jobs, last = services.list_jobs(_read_window(request), orchestrations)
    return page(request, [pipeline_body(job, request, services) for job in jobs], last=last)


def list_of_endpoint(
    request: Request, services: Services, orchestrations: Orchestrations
) -> Response:
    """An endpoint's jobs, or a deployment's; they outlive it."""
    endpoint, deployment = request.path["endpoint"], request.path.get("deployment", "")
    window = _read_window(request)
    jobs, last = services.list_jobs.of_endpoint(endpoint, deployment, window, orchestrations)
    return page(request, [job_body(job, request, services) for job in jobs], last=last)


def _read_window(request: Request) -> JobWindow:
    return JobWindow(start_after(request), page_size(request), JobFilter.of(request))


def get_job(request: Request, services: Services, orchestrations: Orchestrations) -> Response:
    job, is_child = services.follow_job.of_run(request.path["job"])
    if is_child:
        return Response(HTTPStatus.OK, child_body(job, services))
    current = services.follow_job.refresh(job, orchestrations)
    return Response(HTTPStatus.OK, pipeline_body(current, request, services))


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

ROUTES = (
    Route("list_jobs", "GET", f"{WORKSPACE}/jobs", Role.READER, list_jobs, is_durable=True),
    Route("get_job", "GET", f"{WORKSPACE}/jobs/{{job}}", Role.READER, get_job, is_durable=True),
    *(
        Route(name, "GET", template, Role.READER, list_of_endpoint, is_durable=True)
        for name, template in _LISTS.items()
    ),
)
register(bp, ROUTES)
