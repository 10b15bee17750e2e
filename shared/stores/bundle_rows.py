"""Rows of bundles in a shard that is open, readable while the job runs: `<job>/rows/<shard>/...`.

What is staged of a part can be read by nobody until the shard is closed. So a bundle's rows are
written a second time, into a blob of their own, which goes when the part stands. Most shards are
closed soon: a copy waits on the disk for a while, and is written only if the part is not there yet.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from tempfile import SpooledTemporaryFile
from threading import Condition, Thread

from shared.domain.errors import BatchError
from shared.domain.job import Job
from shared.domain.outcome import Segment
from shared.domain.resolved_deployment import Location
from shared.ports import Blobs
from shared.stores.blocks import BLOCK_BYTES, write_pieces
from shared.stores.jobs import CONTAINER

FOLDER = "rows"
DIGEST_CHARS = 12
MOST_IN_MEMORY = 1 << 20
"""Bytes of a copy that waits; a longer one is a file without a name."""

log = logging.getLogger(__name__)

type FindJob = Callable[[str], Job | None]


@dataclass(frozen=True, eq=False)
class _Waiting:
    job: str
    shard: int
    segment: Segment
    part: str
    copy: "SpooledTemporaryFile[bytes]"
    due: float


class BundleRows:
    """Thread-safe. A bundle's rows become readable `after_s` seconds after they were staged."""

    def __init__(
        self, blobs: Blobs, workers: Executor, find_job: FindJob, *, after_s: float = 0.0
    ) -> None:
        self._blobs = blobs
        self._workers = workers
        self._find_job = find_job
        self._after_s = after_s
        self._waiting = deque[_Waiting]()
        self._changed = Condition()
        self._writer: Thread | None = None

    def passing(
        self, job: str, shard: int, segment: Segment, part: str, blocks: Iterable[bytes]
    ) -> Iterator[bytes]:
        """The blocks of a part to come; when all have passed, they are readable before long."""
        copy = SpooledTemporaryFile[bytes](MOST_IN_MEMORY)
        try:
            for block in blocks:
                copy.write(block)
                yield block
        except BaseException:
            copy.close()
            raise
        one = _Waiting(job, shard, segment, part, copy, time.monotonic() + self._after_s)
        if self._after_s:
            self._wait(one)
        else:
            self._write(one)

    def written(self, job: str, shard: int) -> set[str]:
        """The paths of what can be read."""
        return set(self._blobs.list_names(CONTAINER, _folder(job, shard)))

    def forget(self, job: str, shard: int, segments: Iterable[Segment]) -> None:
        """The part has them now: what waits is dropped, and the others go behind the scenes."""
        with self._changed:
            dropped = [one for one in self._waiting if (one.job, one.shard) == (job, shard)]
            self._waiting = deque(one for one in self._waiting if one not in dropped)
            self._changed.notify_all()
        for one in dropped:
            one.copy.close()
        never_written = {rows_of(job, shard, one.segment) for one in dropped}
        for place in {rows_of(job, shard, one) for one in segments if one.bytes} - never_written:
            self._workers.submit(self._delete, place)

    def _wait(self, one: _Waiting) -> None:
        with self._changed:
            self._waiting.append(one)
            if self._writer is None:
                self._writer = Thread(target=self._write_what_is_due, daemon=True, name="rows")
                self._writer.start()

    def _write_what_is_due(self) -> None:
        try:
            while (one := self._next_due()) is not None:
                self._write(one)
        except BaseException:
            self._writer = None  # the next bundle starts another
            raise

    def _next_due(self) -> _Waiting | None:
        """Waits for it; None, and the thread ends, where nothing is left to wait for."""
        with self._changed:
            while self._waiting:
                left = self._waiting[0].due - time.monotonic()
                if left <= 0:
                    return self._waiting.popleft()
                self._changed.wait(left)
            self._writer = None
            return None

    def _write(self, one: _Waiting) -> None:
        """What cannot be written is not read early; with its part it is."""
        try:
            with one.copy as copy:
                if not self._is_open(one):
                    return
                copy.seek(0)
                pieces = iter(partial(copy.read, BLOCK_BYTES), b"")
                write_pieces(self._blobs, rows_of(one.job, one.shard, one.segment), pieces, dict)
        except (BatchError, OSError) as error:
            log.warning("Rows of job '%s' cannot be read before its end: %s", one.job, error)

    def _is_open(self, one: _Waiting) -> bool:
        """Whether the job runs, and the part is still to come."""
        job = self._find_job(one.job)
        is_running = job is not None and not job.state.status.is_terminal
        return is_running and not self._blobs.exists(CONTAINER, one.part)

    def _delete(self, place: Location) -> None:
        try:
            self._blobs.delete(place.container, place.path)
        except BatchError as error:
            log.warning("'%s' is needed no more, and stays: %s", place.path, error)


def rows_of(job: str, shard: int, segment: Segment) -> Location:
    """The blob of a bundle's rows, by what its record says."""
    span, digest = segment.span, segment.sha256[:DIGEST_CHARS]
    name = f"{_folder(job, shard)}{span.first:09d}-{span.stop:09d}-{digest}"
    return Location(container=CONTAINER, path=name)


def _folder(job: str, shard: int) -> str:
    return f"{job}/{FOLDER}/{shard:06d}/"
