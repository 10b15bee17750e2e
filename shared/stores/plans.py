"""Plans: `<job>/plan/<key>/<shard>.json`, written once by the planning that the job accepted.

Their counts are `<job>/plan/<key>.json`: who has the key needs nobody's word for the rest.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import batched

from shared.domain.minibatch import (
    MINIBATCHES_PER_SHARD,
    PlannedFile,
    minibatches_of,
    shard_span,
    shards_of,
)
from shared.domain.plan import Plan, PlanShard
from shared.domain.selection import LeftOut
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.jobs import CONTAINER
from shared.stores.recent import Recent

# The shard being scored and the next one, for a few jobs.
SHARDS_CACHED = 16
COUNTS_CACHED = 64


class Plans:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._documents = Documents(blobs, CONTAINER)
        self.shard = lru_cache(SHARDS_CACHED)(self.read_shard)
        self._counts = Recent[tuple[str, str], Plan](COUNTS_CACHED)

    def write(self, job: str, key: str, files: Iterable[PlannedFile], mini_batch_size: int) -> Plan:
        """Cut the files as they come and write one document per shard; at most one is in memory."""
        digest, count, size = hashlib.sha256(), 0, 0
        per_shard = MINIBATCHES_PER_SHARD * mini_batch_size
        for index, part in enumerate(batched(files, per_shard, strict=False)):
            minibatches = minibatches_of(count + len(part), mini_batch_size)
            span = shard_span(index, minibatches)
            shard = PlanShard(span=span, mini_batch_size=mini_batch_size, files=list(part))
            self._documents.put(_name(job, key, index), shard.to_wire())
            for line in _lines(part):
                digest.update(line)
            count += len(part)
            size += sum(file.size for file in part)
        minibatches = minibatches_of(count, mini_batch_size)
        return Plan(
            key=key,
            files=count,
            bytes=size,
            minibatches=minibatches,
            shards=shards_of(minibatches),
            digest=digest.hexdigest(),
        )

    def keep(self, job: str, plan: Plan) -> Plan:
        """Write the counts of a plan whose shards are written."""
        self._documents.put(_counts_name(job, plan.key), plan.to_wire())
        self._counts.put((job, plan.key), plan)
        return plan

    def keep_left_out(self, job: str, key: str, left_out: LeftOut) -> None:
        """Write what a plan left out, beside its counts."""
        if left_out.counts:
            self._documents.put(_left_out_name(job, key), left_out.to_wire())

    def find_left_out(self, job: str, key: str) -> LeftOut | None:
        """None if nothing was left out, or nobody has kept what."""
        document = self._documents.find(_left_out_name(job, key))
        return LeftOut.from_wire(document.body) if document else None

    def files(self, job: str, plan: Plan) -> Iterator[PlannedFile]:
        """All of them in order; raises NotFound."""
        for shard in range(plan.shards):
            yield from self.read_shard(job, plan.key, shard).files

    def read_counts(self, job: str, key: str) -> Plan:
        """Raises NotFound when the job was never planned under that key."""
        cached = self._counts.get((job, key))
        if cached is None:
            cached = Plan.from_wire(self._documents.read(_counts_name(job, key)).body)
            self._counts.put((job, key), cached)
        return cached

    def clear_cache(self) -> None:
        """Ask the store again for every plan."""
        self._counts.clear()
        self.shard.cache_clear()

    def read_shard(self, job: str, key: str, shard: int) -> PlanShard:
        """From the store, for who looks once; raises NotFound."""
        return PlanShard.from_wire(self._documents.read(_name(job, key, shard)).body)


def _lines(files: Iterable[PlannedFile]) -> Iterator[bytes]:
    for file in files:
        place = f"{file.container}\t" if file.container else ""
        yield f"{place}{file.name}\t{file.etag}\t{file.size}\n".encode()


def _name(job: str, key: str, shard: int) -> str:
    return f"{job}/plan/{key}/{shard:06d}.json"


def _left_out_name(job: str, key: str) -> str:
    return f"{job}/plan/{key}.left_out.json"


def _counts_name(job: str, key: str) -> str:
    return f"{job}/plan/{key}.json"
