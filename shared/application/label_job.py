"""Label a job: archive it, or give it a name, a description, tags."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.application.follow_job import FollowJob
from shared.domain.caller import Author
from shared.domain.errors import Conflict
from shared.domain.job import Change, Job, Labels
from shared.stores.jobs import Jobs


@dataclass(frozen=True)
class LabelJob:
    jobs: Jobs
    follow: FollowJob

    def __call__(self, run: str, change: Callable[[Labels], Labels], by: Author) -> Job:
        """The job with its labels changed; raises NotFound, and Conflict for a scoring step."""
        job, is_child = self.follow.of_run(run)
        if is_child:
            raise Conflict(
                f"Run '{job.spec.child}' is the scoring step of job '{job.spec.name}'.",
                fix="Change the job instead.",
                target="run",
            )
        signature = Change.of(by, datetime.now(UTC))
        return self.jobs.label(job.spec.name, lambda labels: change(labels).signed(signature))
