"""Reading a job's logs: those that lie in the store, and the one that grows while it is read.

`user_logs/std_log.txt` is what the official client streams. Its lines are kept in a guarded
document, `<job>/story.json`, so that two readers, or a restart, never tell two histories.
"""

from contextlib import suppress
from datetime import datetime
from itertools import islice

from shared.domain.errors import Conflict, NotFound
from shared.domain.job import Job
from shared.domain.streamed_log import StreamedLog
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.job_logs import LOGS, STD_LOG
from shared.stores.jobs import CONTAINER
from shared.stores.reports import ERRORS, RECEIPT

STREAMED = "user_logs/std_log.txt"
# A job of many bundles has a log for each; who wants all of them lists the container.
MOST_NAMES = 200


class LogReader:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._documents = Documents(blobs, CONTAINER)

    def names(self, job: Job) -> list[str]:
        """The logs that there are, by Azure ML's names; the streamed one is always there.

        Receipt and errors, once they are written, are among them: no SAS leads to where they lie.
        """
        prefix = f"{job.spec.name}/"
        found = self._blobs.list_names(CONTAINER, f"{prefix}{LOGS}/")
        logs = [name.removeprefix(prefix) for name in islice(found, MOST_NAMES)]
        return [STREAMED, *logs, *([RECEIPT, ERRORS] if job.state.is_reported else [])]

    def read(self, job: Job, name: str, now: datetime) -> str:
        """A log's whole text so far; raises NotFound."""
        if name == STREAMED:
            return self._streamed(job, now)
        data = self._blobs.read(CONTAINER, f"{job.spec.name}/{name}").data
        return data.decode(errors="replace")

    def _streamed(self, job: Job, now: datetime) -> str:
        name = f"{job.spec.name}/story.json"
        found = self._documents.find(name)
        if found is None:
            with suppress(Conflict):
                self._documents.create(name, StreamedLog().to_wire())
        elif (story := StreamedLog.from_wire(found.body)).is_over:
            return story.text
        last_words = self._last_words(job) if job.state.status.is_terminal else []
        grown = self._documents.update(
            name, lambda body: StreamedLog.from_wire(body).grown(job, now, last_words).to_wire()
        )
        return StreamedLog.from_wire(grown).text

    def _last_words(self, job: Job) -> list[str]:
        """The lines of the report, or of a job that was terminated without one its end."""
        try:
            data = self._blobs.read(CONTAINER, f"{job.spec.name}/{STD_LOG}").data
        except NotFound:
            verdict = f"The job {job.spec.name} is {job.state.status}."
            return [line for line in (verdict, job.state.reason) if line]
        return data.decode(errors="replace").splitlines()
