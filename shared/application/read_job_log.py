"""Read a job's logs: which there are, and the text of one for whoever was given a signed link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.application.follow_job import FollowJob
from shared.domain.job import Job
from shared.ports import Orchestrations
from shared.stores.jobs import Jobs
from shared.stores.log_links import LogLinks
from shared.stores.log_reader import LogReader


@dataclass(frozen=True)
class ReadJobLog:
    jobs: Jobs
    reader: LogReader
    links: LogLinks
    follow: FollowJob

    def __call__(
        self, name: str, log: str, expires: str, signature: str, orchestrations: Orchestrations
    ) -> str:
        """A log's whole text so far; raises Forbidden unless the link is good."""
        now = datetime.now(UTC)
        self.links.check(name, log, expires, signature, now)
        job = self.follow.refresh(self.jobs.get(name), orchestrations)
        return self.reader.read(job, log, now)

    def link_all(self, job: Job) -> Mapping[str, str]:
        """The logs that there are, each with the query of a link that is good for a while."""
        now = datetime.now(UTC)
        return {log: self.links.query(job.spec.name, log, now) for log in self.reader.names(job)}
