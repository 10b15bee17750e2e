"""Cancel a job.

A cancel raises the sign that every process looks for, and notes in the job's document who asked.
What is under way ends within seconds; the orchestration closes what is finished and ends the job.
One that is suspended is resumed for that.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.application.follow_job import RESUMED, FollowJob
from shared.application.start_job import start_job
from shared.application.waiting import wait_until
from shared.domain.caller import Author
from shared.domain.errors import Conflict, NotFound
from shared.domain.instance_id import instance_id
from shared.domain.job import Change, Job, JobStatus
from shared.ports import Orchestrations
from shared.stores.job_signals import JobSignals
from shared.stores.jobs import Jobs

# A cancel is carried out within some three seconds; one that takes longer is polled.
CANCELED_WITHIN_S = 5.0


@dataclass(frozen=True)
class CancelJob:
    jobs: Jobs
    signals: JobSignals
    follow: FollowJob

    def __call__(self, run: str, by: Author, orchestrations: Orchestrations) -> Job:
        """The job once it is over, or after a while as it is; raises NotFound or Conflict."""
        job = self._job(run, orchestrations)
        name, status, suspension = job.spec.name, job.state.status, job.suspension
        if status is JobStatus.CANCELED:
            return job
        if status.is_terminal:
            raise Conflict(
                f"Job '{name}' is {status} already.",
                fix="There is nothing to cancel; delete its output if it is not wanted.",
                target="status",
            )
        self.signals.stop(name)
        job = self.jobs.request_cancel(name, Change.of(by, datetime.now(UTC)))
        # One whose start was lost comes to its end this way.
        start_job(job, self.jobs, orchestrations)
        if suspension is not None:
            orchestrations.resume(instance_id(name), RESUMED)
        return self._wait_until_over(job)

    def check_requested(self, run: str, orchestrations: Orchestrations) -> Job:
        """The job that was canceled, as it is now; raises NotFound if nobody has canceled it."""
        job = self._job(run, orchestrations)
        if job.cancel is None and not job.state.status.is_terminal:
            raise NotFound(
                f"Nobody has canceled job '{job.spec.name}'.",
                fix="POST to the job's /cancel first.",
                target="job",
            )
        return job

    def _job(self, run: str, orchestrations: Orchestrations) -> Job:
        job, _ = self.follow.of_run(run)
        return self.follow.refresh(job, orchestrations)

    def _wait_until_over(self, job: Job) -> Job:
        """The job once it has ended, or as it is after a while."""
        return wait_until(
            lambda now: now.state.status.is_terminal,
            job,
            lambda: self.jobs.get(job.spec.name),
            within_s=CANCELED_WITHIN_S,
        )
