"""A job's addresses: its ARM id, where it is polled and followed, and where its logs are."""

from urllib.parse import urlencode

from shared.api.http import Request
from shared.api.workspace import scoring_uri, workspace_id
from shared.domain.job import Job
from shared.domain.role import Role
from shared.ports import Orchestrations
from shared.settings import DurableUrls, Settings


def job_id(settings: Settings, name: str) -> str:
    return f"{workspace_id(settings)}/jobs/{name}"


def poll_uri(job: Job, request: Request) -> str:
    return f"{scoring_uri(request, job.spec.endpoint)}/{job.spec.name}"


def studio_uri(job: Job, request: Request) -> str:
    """Where people look at the job."""
    return f"{request.base_url}/studio/jobs/{job.spec.name}"


def status_uri(job: Job, request: Request) -> str:
    """The job's status in the shape of the Durable HTTP API."""
    return f"{poll_uri(job, request)}/status"


def files_uri(job: Job, request: Request, settings: Settings) -> str:
    """Where the files are listed that the job leaves."""
    return f"{request.base_url}{job_id(settings, job.spec.name)}/outputs"


def status_urls(
    job: Job, request: Request, settings: Settings, orchestrations: Orchestrations
) -> dict[str, str]:
    """Where the caller may follow and end the job, under the names that Durable clients know.

    The Durable API's own URLs carry the task hub's key, which opens every instance: to end, purge
    and start them. So they are for who may do all that anyway; the others follow and cancel their
    job at the service.
    """
    is_trusted = Role.highest(request.caller.roles) is Role.CONTRIBUTOR
    if is_trusted or settings.durable_urls is DurableUrls.EVERYONE:
        return orchestrations.management_urls(job.spec.instance)
    own = f"{request.base_url}{job_id(settings, job.spec.name)}"
    return {"statusQueryGetUri": status_uri(job, request), "terminatePostUri": f"{own}/cancel"}


def log_uri(job: Job, query: str, request: Request) -> str:
    """Where a log of the job is read without a token; the query names and signs it."""
    return f"{request.base_url}/logs/{job.spec.name}?{query}"


def job_log_uri(job: Job, request: Request, name: str) -> str:
    """Where a log is read, and searched, by who may read the job."""
    return f"{poll_uri(job, request)}/log?{urlencode({'name': name})}"
