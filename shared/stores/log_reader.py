"""Reading a job's logs: those that lie in the store, and the one that grows while it is read.

`user_logs/std_log.txt` is what the official client streams. Its lines are kept in a guarded
document, `<job>/story.json`, so that two readers, or a restart, never answer two histories.
"""

from contextlib import suppress
from datetime import datetime
from itertools import islice

from shared.domain.cleared import JobRemains, check_logs_kept
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

        Receipt and errors, once they are written, are among them.
        """
        prefix = f"{job.spec.name}/"
        found = self._blobs.list_names(CONTAINER, f"{prefix}{LOGS}/")
        logs = [name.removeprefix(prefix) for name in islice(found, MOST_NAMES)]
        return [STREAMED, *logs, *([RECEIPT, ERRORS] if job.state.is_reported else [])]

    def read(self, job: Job, name: str, now: datetime) -> str:
        """A log's whole text so far; raises NotFound."""
        if name == STREAMED:
            return self._update_streamed_log(job, now)
        if name not in {RECEIPT, ERRORS}:
            check_logs_kept(job.spec.name, job.cleared)
        data = self._blobs.read(CONTAINER, f"{job.spec.name}/{name}").data
        return data.decode(errors="replace")

    def sizes(self, job: Job) -> list[tuple[str, int]]:
        """The logs that lie in the store, by Azure ML's names, with their sizes in bytes."""
        prefix = f"{job.spec.name}/"
        found = self._blobs.list_blobs(CONTAINER, f"{prefix}{LOGS}/")
        logs = [(one.name.removeprefix(prefix), one.size) for one in islice(found, MOST_NAMES)]
        ended = [RECEIPT, ERRORS] if job.state.is_reported else []
        return [*logs, *((name, self.size(job, name)) for name in ended)]

    def size(self, job: Job, name: str) -> int:
        """Of a log that lies in the store; raises NotFound."""
        return self._blobs.head(CONTAINER, self._place(job, name)).size

    def read_piece(self, job: Job, name: str, start: int, length: int) -> bytes:
        """At most so many bytes of a log that lies in the store; raises NotFound."""
        return self._blobs.read_range(CONTAINER, self._place(job, name), start, length)

    def _place(self, job: Job, name: str) -> str:
        """Raises NotFound for what is no log: plans, parts and the job's own document."""
        is_log = name.startswith((f"{LOGS}/", "user_logs/")) or name in {RECEIPT, ERRORS}
        if not is_log or ".." in name.split("/"):
            raise NotFound(
                f"Job '{job.spec.name}' has no log '{name[:200]}'.",
                fix="Use a name that the job's logs list.",
                target="name",
            )
        if name not in {RECEIPT, ERRORS}:
            check_logs_kept(job.spec.name, job.cleared)
        return f"{job.spec.name}/{name}"

    def _update_streamed_log(self, job: Job, now: datetime) -> str:
        if words := job.cleared.words(JobRemains.LOGS):
            return f"The logs of job {job.spec.name} {words}.\nThe job is {job.status}.\n"
        name = f"{job.spec.name}/story.json"
        found = self._documents.find(name)
        if found is None:
            with suppress(Conflict):
                self._documents.create(name, StreamedLog().to_wire())
        elif (log := StreamedLog.from_wire(found.body)).is_over:
            return log.text
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
