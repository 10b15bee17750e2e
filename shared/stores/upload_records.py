"""The record of a watch: the batches of uploads that it accepted, each written once.

`accepted/<endpoint>/<watch>/<incarnation>/batches/<number>.json` is a batch. Its name is free until
somebody creates it: of two that want to accept at the same time one is refused, and looks again.
`.../snapshots/<number>.json` sums up all batches before that number, so that few are to be read.
"""

from contextlib import suppress

from shared.domain.errors import Conflict, NotFound
from shared.domain.resolved_deployment import Location
from shared.domain.upload_batch import Accepted, UploadBatch
from shared.domain.watch import GatherTask
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.registry import CONTAINER

FOLDER = "accepted"
BATCHES_PER_SNAPSHOT = 20
SNAPSHOTS_KEPT = 2  # somebody may have found the name of the one before, and is about to read it
MOST_TRIES = 5


class UploadRecords:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._documents = Documents(blobs, CONTAINER)

    def endpoints(self) -> set[str]:
        """Those with a record, in lower case, also of earlier lives: by one listing."""
        return set(self._blobs.list_folders(CONTAINER, f"{FOLDER}/"))

    def read(self, task: GatherTask) -> Accepted:
        """What all batches so far took. It must be read before the folder is listed."""
        accepted = self._snapshot(task)
        while batch := self.find(task, accepted.number):
            accepted = accepted.after(batch)
        return accepted

    def find(self, task: GatherTask, number: int) -> UploadBatch | None:
        document = self._documents.find(_batch_name(task, number))
        return UploadBatch.from_wire(document.body) if document else None

    def batch_at(self, location: Location) -> UploadBatch:
        """The batch of a job's manifest; raises NotFound."""
        return UploadBatch.from_wire(self._documents.read(location.path).body)

    def is_last(self, manifest: Location) -> bool:
        """Whether no later batch is there: a watch asks for the job of the last one."""
        folder, _, name = manifest.path.rpartition("/")
        number = int(name.removesuffix(".json"))
        return not self._blobs.exists(CONTAINER, f"{folder}/{number + 1:08d}.json")

    def location(self, task: GatherTask, number: int) -> Location:
        return Location(container=CONTAINER, path=_batch_name(task, number))

    def accept(self, task: GatherTask, before: Accepted, batch: UploadBatch) -> bool:
        """Write the batch that comes after all that was read; False if another one did."""
        try:
            self._documents.create(_batch_name(task, batch.number), batch.to_wire())
        except Conflict:
            return False
        accepted = before.after(batch)
        if accepted.number % BATCHES_PER_SNAPSHOT == 0:
            self._sum_up(task, accepted)
        return True

    def _sum_up(self, task: GatherTask, accepted: Accepted) -> None:
        self._documents.put(_snapshot_name(task, accepted.number), accepted.to_wire())
        for name in self._snapshots(task)[:-SNAPSHOTS_KEPT]:
            self._documents.delete(name)

    def _snapshot(self, task: GatherTask) -> Accepted:
        for _ in range(MOST_TRIES):
            names = self._snapshots(task)
            with suppress(NotFound):  # newer ones have replaced it meanwhile
                return Accepted.from_wire(self._documents.read(names[-1]).body) if names else NONE
        return NONE

    def _snapshots(self, task: GatherTask) -> list[str]:
        return list(self._documents.names(f"{_folder(task)}/snapshots/"))


NONE = Accepted()


def _folder(task: GatherTask) -> str:
    return f"{FOLDER}/{task.endpoint}/{task.watch}/{task.incarnation}".lower()


def _batch_name(task: GatherTask, number: int) -> str:
    return f"{_folder(task)}/batches/{number:08d}.json"


def _snapshot_name(task: GatherTask, number: int) -> str:
    return f"{_folder(task)}/snapshots/{number:08d}.json"
