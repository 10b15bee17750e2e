"""Where a job is: by ARM, by its scoring URI, and in run history."""

from cli.answers import JSON
from cli.connection.service import Service
from cli.errors import UsageError


def job_path(job: str) -> str:
    """By ARM; raises UsageError for what cannot be a job's name, such as an empty variable."""
    if not job.strip() or job.strip(".") == "" or set(job) & set("/\\?#"):
        raise UsageError(
            f"'{job}' is not the name of a job.",
            fix="Name it as 'bep job list' shows it; a script's variable may be empty.",
        )
    return f"jobs/{job}"


def run_path(service: Service, job: str) -> str:
    """In run history, which knows jobs and their scoring steps alike."""
    job_path(job)
    return f"/history/v1.0{service.workspace}/runs/{job}"


def address_of(service: Service, job: str) -> str:
    """Where the whole document is, by the job's name or its step's; raises ResourceNotFound."""
    document = service.get(job_path(job))
    if document["properties"] is None:
        document = service.get(job_path(run_of(service, job)["rootRunId"]))
    return whole_address(document)


def whole_address(document: JSON) -> str:
    """Of a job's ARM document."""
    endpoint = document["properties"]["properties"]["endpointName"]
    return f"/endpoints/{endpoint}/jobs/{document['name']}"


def run_of(service: Service, job: str) -> JSON:
    """A job, or its scoring step, as run history has it; raises ResourceNotFound."""
    return service.get(run_path(service, job))


def log_links(service: Service, job: str) -> dict[str, str]:
    """A signed link to each log, by its name."""
    return dict(service.get(f"{run_path(service, job)}/details")["logFiles"])
