"""Rows of bundles in a shard that is open, readable while the job runs: `<job>/rows/<shard>/...`.

What is staged of a part can be read by nobody until the shard is closed. So a bundle's rows are
written a second time, into a blob of their own, which goes when the part stands.
"""

from collections.abc import Iterable
from concurrent.futures import Executor, Future

from shared.domain.outcome import Segment
from shared.domain.resolved_deployment import Location
from shared.ports import Blobs
from shared.stores.blocks import write_pieces
from shared.stores.jobs import CONTAINER

FOLDER = "rows"
DIGEST_CHARS = 12


class BundleRows:
    """Thread-safe."""

    def __init__(self, blobs: Blobs, workers: Executor) -> None:
        self._blobs = blobs
        self._workers = workers

    def begin_write(
        self, job: str, shard: int, segment: Segment, content: Iterable[bytes]
    ) -> Future[str]:
        """Write them beside what else is to be done."""
        place = rows_of(job, shard, segment)
        return self._workers.submit(write_pieces, self._blobs, place, content, dict)

    def remove(self, job: str, shard: int, segments: Iterable[Segment]) -> None:
        """Those that the part has now."""
        places = [rows_of(job, shard, one) for one in segments if one.bytes]
        list(self._workers.map(lambda one: self._blobs.delete(one.container, one.path), places))


def rows_of(job: str, shard: int, segment: Segment) -> Location:
    """The blob of a bundle's rows, by what its record says."""
    span, digest = segment.span, segment.sha256[:DIGEST_CHARS]
    name = f"{job}/{FOLDER}/{shard:06d}/{span.first:09d}-{span.stop:09d}-{digest}"
    return Location(container=CONTAINER, path=name)
