"""Gather uploads: list a watched folder, accept what is due as a batch, start the batch's job.

1. The record is read, and the folder listed after that: what the record lacks is pending.
2. What is due is written as the record's next batch; who is second finds that name taken.
3. The job of a batch has a name of its own, so that starting it again starts no second one; a batch
   is accepted only once the one before it has its job. So nothing accepted is left behind.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from shared.application.batch_jobs import BatchJobs
from shared.application.find_watch import find_watch
from shared.domain.errors import LASTING, BatchError, NotFound, ServiceUnavailable
from shared.domain.message import LONGEST_REASON, Message
from shared.domain.resolved_deployment import Location
from shared.domain.upload_batch import (
    Accepted,
    Gathering,
    Upload,
    next_batch,
    seconds_until_due,
)
from shared.domain.watch import GatherTask, Watch, WatchState
from shared.ports import Blobs, Orchestrations
from shared.stores.datastores import Datastores
from shared.stores.input_listing import Inputs
from shared.stores.registry import Registry
from shared.stores.upload_records import UploadRecords

log = logging.getLogger(__name__)
IDLE = Gathering()


class Look(Message):
    """A watch's folder against its record. `marker` is the etag of one that is not spent."""

    accepted: Accepted
    pending: list[Upload]
    marker: str = ""


@dataclass(frozen=True)
class GatherUploads:
    """Thread-safe, and safe to run twice, at the same time too."""

    registry: Registry
    datastores: Datastores
    inputs: Inputs
    blobs: Blobs
    records: UploadRecords
    batch_jobs: BatchJobs
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def watch(self, task: GatherTask) -> Watch | None:
        """The watch of that incarnation; None if it, or its endpoint, is not there any more."""
        endpoint = self.registry.endpoints.find(task.endpoint)
        if endpoint is None or endpoint.resource.deletion:
            return None
        try:
            watch = find_watch(self.registry, endpoint, task.watch).resource
        except NotFound:
            return None
        return watch if watch.incarnation == task.incarnation else None

    def look(self, watch: Watch) -> Look:
        """What is pending. The record is read first: what is listed after that is as new or newer.

        Raises NotFound when the datastore, or its container, is gone.
        """
        accepted = self.records.read(watch.task)
        folder = self._folder(watch)
        prefix = folder.inside("")
        uploads = [
            one
            for one in self.inputs.uploads(folder)
            if watch.takes(one.file.name.removeprefix(prefix))
        ]
        pending = accepted.pending(uploads)
        marker = self._marker(folder, watch.rules.marker, pending)
        unspent = marker if marker != accepted.marker else ""
        return Look(accepted=accepted, pending=pending, marker=unspent)

    def has_work(self, watch: Watch) -> bool:
        """Whether an enabled watch has files to wait for, or a batch without its job.

        One that cannot be looked at now holds up no other of the sweep; the next one looks again.
        """
        if watch.state is WatchState.PAUSED:
            return False
        try:
            look = self.look(watch)
            return bool(look.pending) or self.batch_jobs.unstarted(watch, look.accepted) is not None
        except NotFound:
            return False
        except (BatchError, *LASTING) as error:
            log.warning("watch=%s:%s is looked at again: %s", watch.endpoint, watch.name, error)
            return False

    def obstacle(self, watch: Watch, look: Look, orchestrations: Orchestrations) -> str:
        """Why what is pending, or a batch, has no job yet; '' when nothing is in the way."""
        has_all = not look.pending and self.batch_jobs.unstarted(watch, look.accepted) is None
        if has_all or watch.state is WatchState.PAUSED:
            return ""
        try:
            self.batch_jobs.check_ready(watch)
            last = orchestrations.find(watch.task.instance)
        except BatchError as refusal:
            return str(refusal)
        told = last.output if last and last.ended else None
        return str(told.get("problem") or "") if isinstance(told, dict) else ""

    def __call__(self, task: GatherTask, orchestrations: Orchestrations) -> Gathering:
        """Accept what is due, or say how long it is to be waited for."""
        watch = self.watch(task)
        if watch is None or watch.state is WatchState.PAUSED:
            return IDLE
        try:
            return self._gather(watch, orchestrations)
        except ServiceUnavailable:
            raise
        except BatchError as refusal:
            return Gathering(problem=str(refusal)[:LONGEST_REASON])

    def _gather(self, watch: Watch, orchestrations: Orchestrations) -> Gathering:
        look = self.look(watch)
        last = self.batch_jobs.unstarted(watch, look.accepted)
        if last is not None:
            self.batch_jobs.start(watch, last, orchestrations)
        if not look.pending:
            return IDLE
        self.batch_jobs.check_ready(watch)
        wait_s = seconds_until_due(
            look.pending, watch.rules, self.clock(), is_marked=bool(look.marker)
        )
        if wait_s > 0:
            return Gathering(pending=len(look.pending), wait_s=wait_s)
        return self._accept(watch, look, orchestrations)

    def _accept(self, watch: Watch, look: Look, orchestrations: Orchestrations) -> Gathering:
        batch = next_batch(look.accepted, look.pending, watch.rules, self.clock(), look.marker)
        if not self.records.accept(watch.task, look.accepted, batch):
            return Gathering(pending=len(look.pending))  # another one did; look again
        self.batch_jobs.start(watch, batch, orchestrations)
        left = len(look.pending) - len(batch.versions)
        return Gathering(pending=left, accepted=batch.number)

    def _marker(self, folder: Location, name: str, pending: list[Upload]) -> str:
        """The etag of the marker; none of one that is older than all that is pending.

        A marker ends what came before it, not what comes after.
        """
        if not name:
            return ""
        path = folder.inside(name)
        try:
            etag = self.blobs.head(folder.container, path).etag
        except NotFound:
            return ""
        oldest = min((one.modified_at for one in pending), default=self.clock())
        listed = self.blobs.list_blobs(folder.container, path)  # only a listing has dates
        dates = (one.last_modified for one in listed if (one.name, one.etag) == (path, etag))
        return etag if any(parsedate_to_datetime(date) >= oldest for date in dates) else ""

    def _folder(self, watch: Watch) -> Location:
        source = watch.source
        container = self.datastores.container(source.datastore, target="source.datastoreName")
        return Location(container=container, path=source.folder)
