"""List jobs, newest first: all of them, an endpoint's, or a deployment's."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.application.follow_job import FollowJob
from shared.domain.job import Job
from shared.ports import Orchestrations
from shared.stores.job_index import EVERYTHING, of_deployment, of_endpoint
from shared.stores.jobs import Jobs
from shared.stores.registry import Registry


@dataclass(frozen=True)
class JobWindow:
    """A part of a list: so many jobs after that key, of those that are wanted."""

    after: str
    size: int
    is_wanted: Callable[[Job], bool]
    is_named: Callable[[str], bool] | None = None


@dataclass(frozen=True)
class ListJobs:
    """Each list is one of jobs as they are now, with the key after which more follow, if any do."""

    jobs: Jobs
    registry: Registry
    follow: FollowJob

    def __call__(self, window: JobWindow, orchestrations: Orchestrations) -> tuple[list[Job], str]:
        return self._page(EVERYTHING, window, orchestrations)

    def of_endpoint(
        self, endpoint: str, deployment: str, window: JobWindow, orchestrations: Orchestrations
    ) -> tuple[list[Job], str]:
        """An endpoint's jobs, or a deployment's; they outlive it.

        Raises NotFound where there is neither a job nor what it would be of.
        """
        folder = of_deployment(endpoint, deployment) if deployment else of_endpoint(endpoint)
        jobs, last = self._page(folder, window, orchestrations)
        if not jobs and not last:
            name = self.registry.endpoints.get(endpoint).resource.name
            if deployment:
                self.registry.deployments.get(name, deployment)
        return jobs, last

    def _page(
        self, folder: str, window: JobWindow, orchestrations: Orchestrations
    ) -> tuple[list[Job], str]:
        jobs, last = self.jobs.page(
            folder,
            after=window.after,
            size=window.size,
            is_wanted=window.is_wanted,
            is_named=window.is_named,
        )
        return [self.follow.refresh(job, orchestrations) for job in jobs], last
