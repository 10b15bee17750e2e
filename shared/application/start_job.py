"""Start a job: its orchestration, under the job's own name."""

from shared.application.follow_job import find_orchestration
from shared.domain.errors import Conflict, InvalidRequest
from shared.domain.function_names import SCORE_JOB
from shared.domain.job import Job, JobStatus
from shared.domain.task import JobRun
from shared.ports import Orchestrations
from shared.stores.jobs import Jobs


def start_job(job: Job, jobs: Jobs, orchestrations: Orchestrations) -> None:
    """Start the job's orchestration, unless it was started already.

    Raises InvalidRequest for what is too large to be started; there is no such job then.
    """
    is_started = job.state.status is not JobStatus.NOT_STARTED
    if is_started or find_orchestration(job, orchestrations) is not None:
        return
    run = JobRun(job=job.spec.name)
    try:
        orchestrations.start(SCORE_JOB, job.spec.name, run.to_wire())
    except Conflict:
        return  # a repeated request, at the same time as this one, was faster
    except InvalidRequest:
        jobs.discard(job.spec.name)
        raise
