"""A job's JSON with its addresses, as the routes that answer with jobs write it."""

from datetime import UTC, datetime

from shared.api.http import Request
from shared.api.job_uris import files_uri, job_id, poll_uri, studio_uri
from shared.api.workspace import endpoint_id, workspace_id
from shared.application.find_job_files import LINK_LIFETIME
from shared.domain.errors import ServiceUnavailable
from shared.domain.job import Job, utc
from shared.domain.message import JSON
from shared.schemas.arm_jobs import write_child_job, write_job, write_pipeline_job
from shared.services import Services
from shared.stores import jobs as job_store


def job_body(job: Job, request: Request, services: Services, *, has_links: bool = False) -> JSON:
    """As the scoring URI answers it, and lists of an endpoint's jobs.

    `has_links`: with signed links to its outputs, which are for whoever reads this one job.
    """
    spec = job.spec
    return write_job(
        job,
        arm_id=f"{endpoint_id(services.settings, spec.endpoint)}/jobs/{spec.name}",
        poll_uri=poll_uri(job, request),
        studio_uri=_studio_uri(job, request, services),
        files_uri=_files_uri(job, services),
        listing_uri=files_uri(job, request, services.settings),
        now=datetime.now(UTC),
        links=_links(job, services) if has_links else None,
    )


def pipeline_body(job: Job, request: Request, services: Services) -> JSON:
    """As ARM's jobs answer it."""
    return write_pipeline_job(
        job,
        arm_id=job_id(services.settings, job.spec.name),
        studio_uri=_studio_uri(job, request, services),
        files_uri=_files_uri(job, services),
        listing_uri=files_uri(job, request, services.settings),
    )


def child_body(job: Job, services: Services) -> JSON:
    child = job.spec.child
    return write_child_job(child, job_id(services.settings, child))


def _links(job: Job, services: Services) -> JSON:
    """None while there is nothing, or nothing to sign with: the list of its files says why."""
    expires_on = utc(datetime.now(UTC) + LINK_LIFETIME)
    try:
        links = services.find_job_files.link_known(job)
    except ServiceUnavailable:
        return None
    return {**links, "expiresOn": expires_on} if links else None


def _studio_uri(job: Job, request: Request, services: Services) -> str:
    """The job's page; like Azure's it has a query, to which the official client adds `&tid=`."""
    page = studio_uri(job, request)
    return f"{page}?wsid={workspace_id(services.settings)}"


def _files_uri(job: Job, services: Services) -> str:
    return f"{services.datastores.account_url}/{job_store.CONTAINER}/{job.spec.name}"
