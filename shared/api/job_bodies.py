"""A job's JSON with its addresses, as the doors that show jobs answer it."""

from datetime import UTC, datetime

from shared.api.http import Request
from shared.api.job_uris import job_id, poll_uri
from shared.api.workspace import endpoint_id, workspace_id
from shared.domain.job import Job
from shared.domain.message import JSON
from shared.schemas.arm_jobs import write_child_job, write_job, write_pipeline_job
from shared.services import Services
from shared.stores import jobs as job_store


def job_body(job: Job, request: Request, services: Services) -> JSON:
    """As the scoring URI shows it, and lists of an endpoint's jobs."""
    spec = job.spec
    return write_job(
        job,
        arm_id=f"{endpoint_id(services.settings, spec.endpoint)}/jobs/{spec.name}",
        poll_uri=poll_uri(job, request),
        studio_uri=_studio_uri(job, request, services),
        files_uri=_files_uri(job, services),
        now=datetime.now(UTC),
    )


def pipeline_body(job: Job, request: Request, services: Services) -> JSON:
    """As ARM's jobs show it."""
    return write_pipeline_job(
        job,
        arm_id=job_id(services.settings, job.spec.name),
        studio_uri=_studio_uri(job, request, services),
        files_uri=_files_uri(job, services),
    )


def child_body(job: Job, services: Services) -> JSON:
    child = job.spec.child
    return write_child_job(child, job_id(services.settings, child))


def _studio_uri(job: Job, request: Request, services: Services) -> str:
    """The same place; like Azure's it has a query, to which the official client adds `&tid=`."""
    return f"{poll_uri(job, request)}?wsid={workspace_id(services.settings)}"


def _files_uri(job: Job, services: Services) -> str:
    return f"{services.datastores.account_url}/{job_store.CONTAINER}/{job.spec.name}"
