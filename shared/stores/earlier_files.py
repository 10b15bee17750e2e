"""What earlier jobs scored: the versions of files that are not new to a later one."""

from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.job import Job, JobStatus
from shared.domain.selection import Selection
from shared.stores.chosen_files import version_of
from shared.stores.jobs import Jobs
from shared.stores.plans import Plans
from shared.stores.version_index import VersionIndex

# Each job of a chain scored what changed since the one before it.
LONGEST_CHAIN = 100


@dataclass(frozen=True)
class EarlierFiles:
    """Thread-safe."""

    jobs: Jobs
    plans: Plans

    @contextmanager
    def left_out(self, selection: Selection, container: str) -> Iterator[Container[bytes] | None]:
        """The versions of files that an earlier job scored; None where the selection names none.

        Raises InvalidRequest for a job that has not scored its input.
        """
        if not selection.earlier_job:
            yield None
            return
        with VersionIndex() as known:
            self._find(selection.earlier_job, container, known)
            yield known

    def _find(self, name: str, container: str, known: VersionIndex) -> None:
        """Those in the job's plan that lie in the container, and in those that it built upon."""
        job = completed_job(self.jobs, name)
        for _ in range(LONGEST_CHAIN):
            self._add(job, container, known)
            before = job.spec.settings.selection.earlier_job
            found = self.jobs.find(before) if before else None
            if found is None or found.state.plan is None:
                break
            job = found

    def _add(self, job: Job, container: str, known: VersionIndex) -> None:
        theirs, plan = job.spec.input.location.container, job.state.plan
        try:
            for file in self.plans.files(job.spec.name, plan) if plan else ():
                if (file.container or theirs) == container:
                    known.add(version_of(file.name, file.etag))
        except NotFound:
            raise InvalidRequest(
                f"The plan of job '{job.spec.name}' is gone, so nobody can say what it scored.",
                fix="Name a later job, or a time.",
            ) from None


def completed_job(jobs: Jobs, name: str, *, target: str = "") -> Job:
    """A job that scored its whole input; raises InvalidRequest for any other."""
    job = jobs.find(name)
    if job is None:
        raise InvalidRequest(
            f"changedSince is '{name}', and there is no job of that name.",
            fix="Name an earlier job, or a time with its zone, such as 2026-11-01T00:00:00Z.",
            target=target,
        )
    if job.state.status is not JobStatus.COMPLETED:
        raise InvalidRequest(
            f"changedSince is '{name}', and that job is {job.status}: what it has not scored would "
            "be left out.",
            fix="Name a job that is Completed, or a time.",
            target=target,
        )
    return job
