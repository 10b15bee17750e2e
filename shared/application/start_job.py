"""Start a job: its orchestration, under the job's own name, or what is short of it."""

from shared.application.starting import ensure_started
from shared.domain.errors import InvalidRequest
from shared.domain.function_names import SCORE_JOB
from shared.domain.job import Job, JobStatus
from shared.domain.task import JobRun
from shared.ports import Orchestrations
from shared.stores.jobs import Jobs


def start_job(job: Job, jobs: Jobs, orchestrations: Orchestrations) -> None:
    """Start the job's orchestration, unless it was started already.

    Raises InvalidRequest for what is too large to be started; there is no such job then.
    """
    if job.state.status is not JobStatus.NOT_STARTED:
        return
    name = job.spec.name
    try:
        ensure_started(orchestrations, SCORE_JOB, job.spec.instance, JobRun(job=name).to_wire())
    except InvalidRequest:
        jobs.discard(name)
        raise
