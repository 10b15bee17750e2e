"""Plans: `<job>/plan/<key>/<shard>.json`, written once by the planning that the job accepted.

A shard of many files has more pages, `<shard>.<page>.json`, each of as many mini-batches as the
first one: nobody has a whole shard in memory, however large its mini-batches are.

Their counts are `<job>/plan/<key>.json`: who has the key needs nobody's word for the rest.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import batched, chain

from shared.domain.minibatch import (
    MINIBATCHES_PER_SHARD,
    PlannedFile,
    Span,
    cut,
    minibatches_per_page,
    shard_span,
    shards_of,
)
from shared.domain.plan import Plan, PlanPage
from shared.domain.selection import LeftOut
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.jobs import CONTAINER
from shared.stores.recent import Recent

# Of the shard being scored and the next one, for a few jobs.
PAGES_CACHED = 16
COUNTS_CACHED = 64

type ReadPage = Callable[[str, str, int, int], PlanPage]


class Plans:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._documents = Documents(blobs, CONTAINER)
        self._page = lru_cache(PAGES_CACHED)(self._read_page)
        self._counts = Recent[tuple[str, str], Plan](COUNTS_CACHED)

    def write(self, job: str, key: str, files: Iterable[PlannedFile], mini_batch_size: int) -> Plan:
        """Cut the files as they come and write one document per page; at most one is in memory.

        The pieces of a file count as one.
        """
        digest, count, size, minibatches, pieces = hashlib.sha256(), 0, 0, 0, 0
        per_page = minibatches_per_page(mini_batch_size)
        for several in batched(cut(files, mini_batch_size), per_page, strict=False):
            part = list(chain.from_iterable(several))
            span = Span(first=minibatches, stop=minibatches + len(several))
            page = PlanPage(span=span, mini_batch_size=mini_batch_size, files=part)
            self._documents.put(_name(job, key, span.first, per_page), page.to_wire())
            for line in _lines(part):
                digest.update(line)
            firsts = [file for file in part if file.is_first]
            count += len(firsts)
            size += sum(file.size for file in firsts)
            minibatches, pieces = span.stop, pieces + sum(file.piece is not None for file in part)
        return Plan(
            key=key,
            files=count,
            bytes=size,
            minibatches=minibatches,
            shards=shards_of(minibatches),
            digest=digest.hexdigest(),
            pieces=pieces,
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
        """All of them in order, a page at a time; raises NotFound."""
        for shard in range(plan.shards):
            number, stop = 0, shard_span(shard, plan.minibatches).stop
            page = self._read_page(job, plan.key, shard, number)
            yield from page.files
            while page.span.stop < stop:
                number += 1
                page = self._read_page(job, plan.key, shard, number)
                yield from page.files

    def part(self, job: str, key: str, shard: int, span: Span) -> PlanPage:
        """The pages of a shard that the mini-batches are on, if it has them; raises NotFound."""
        return self._around(self._page, job, key, shard, span)

    def minibatch(self, job: str, key: str, number: int) -> list[PlannedFile]:
        """From the store, for who looks once; raises NotFound."""
        shard, span = number // MINIBATCHES_PER_SHARD, Span(first=number, stop=number + 1)
        return self._around(self._read_page, job, key, shard, span).minibatch(number)

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
        self._page.cache_clear()

    def _around(self, read: ReadPage, job: str, key: str, shard: int, span: Span) -> PlanPage:
        """The first page tells how many mini-batches the others have; none holds what is not there.

        A plan of old has whole shards, whatever their size: they are first pages.
        """
        first, start = read(job, key, shard, 0), shard * MINIBATCHES_PER_SHARD
        is_of_shard = start <= span.first < span.stop <= start + MINIBATCHES_PER_SHARD
        if first.holds(span) or not is_of_shard:
            return first
        per_page = len(first.span)
        begin, last = (span.first - start) // per_page, (span.stop - 1 - start) // per_page
        pages = [read(job, key, shard, number) for number in range(begin, last + 1)]
        return PlanPage(
            span=Span(first=pages[0].span.first, stop=pages[-1].span.stop),
            mini_batch_size=first.mini_batch_size,
            files=[file for page in pages for file in page.files],
        )

    def _read_page(self, job: str, key: str, shard: int, page: int) -> PlanPage:
        return PlanPage.from_wire(self._documents.read(_page_name(job, key, shard, page)).body)


def _lines(files: Iterable[PlannedFile]) -> Iterator[bytes]:
    for file in files:
        place = f"{file.container}\t" if file.container else ""
        rows = f"\t{file.piece.first_row}" if file.piece else ""
        yield f"{place}{file.name}\t{file.etag}\t{file.size}{rows}\n".encode()


def _name(job: str, key: str, minibatch: int, per_page: int) -> str:
    """Of the page that begins with a mini-batch."""
    shard, inside = divmod(minibatch, MINIBATCHES_PER_SHARD)
    return _page_name(job, key, shard, inside // per_page)


def _page_name(job: str, key: str, shard: int, page: int) -> str:
    return f"{job}/plan/{key}/{shard:06d}{f'.{page:03d}' if page else ''}.json"


def _left_out_name(job: str, key: str) -> str:
    return f"{job}/plan/{key}.left_out.json"


def _counts_name(job: str, key: str) -> str:
    return f"{job}/plan/{key}.json"
