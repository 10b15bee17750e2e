"""Cutting: files into mini-batches, mini-batches into shards, a shard into bundles.

- A mini-batch is `mini_batch_size` files in name order: what one `run()` gets. A piece of a file
  that is split is a mini-batch of its own.
- A shard is what one sub-orchestration scores and commits as one part.
- A page is what is read of the plan at once: a shard, or a part of one whose files are many.
- A bundle is what one activity scores. When mini-batches are short a bundle holds several, so that
  an activity's own cost weighs little; each keeps its own tries, timeout and count.
"""

import json
import math
from collections.abc import Iterable, Iterator

from pydantic import Field

from shared.domain.message import Message, is_none
from shared.domain.split import Piece

# One sub-orchestration's history stays small (at most two events a bundle), and a part stays far
# below the ~2,000 uncommitted blocks from which on Azurite becomes quadratic.
MINIBATCHES_PER_SHARD = 200
# An activity costs some 40 ms on the real host, and its scorer rests while its rows are staged and
# the next files fetched: below two seconds that shows, above it progress becomes sluggish.
BUNDLE_TARGET_S = 2.0
# Towards the end of a shard bundles become small, so that all workers finish together: at the most
# this much apart, for an activity of less work would cost as much as it saves.
SHORTEST_BUNDLE_S = 0.25
# A mini-batch that takes no longer is brisk. Brisk ones make bundles as even as can be: whoever is
# outpaced gives the rest back between two of them, and each activity that is spared is worth
# several. And a process may be asked for the next one while it is at one.
BRISK_S = 0.1
LARGEST_BUNDLE = 100

# A plan is written and read by pages: of so many files, where a mini-batch has no more.
FILES_PER_PAGE = 2_000


class PlannedFile(Message):
    """One input file, pinned: its name inside the container, its etag and its size in bytes.

    `container` is empty for the input's own; a manifest may name files of others. `piece` is the
    part of it that is scored, where the file is split; size and etag are the file's all the same.
    """

    name: str
    etag: str
    size: int
    container: str = Field(default="", exclude_if=lambda container: not container)
    piece: Piece | None = Field(default=None, exclude_if=is_none)

    @property
    def is_first(self) -> bool:
        """Whether it is a file, or the first piece of one: where a file counts."""
        return self.piece is None or self.piece.number == 0

    @property
    def base_name(self) -> str:
        return self.name.rpartition("/")[2]

    @property
    def key(self) -> str:
        """What tells it from all other files of the job."""
        return json.dumps([self.container, self.name])


class Span(Message):
    """Mini-batches first, first + 1, ... up to but not with `stop`, counted over the whole job."""

    first: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.first

    def overlaps(self, other: "Span") -> bool:
        return max(self.first, other.first) < min(self.stop, other.stop)


NO_MINIBATCHES = Span(first=0, stop=0)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same mini-batches in as few spans as hold them: what lies side by side is one."""
    few = list[Span]()
    for span in sorted(spans, key=lambda one: one.first):
        if few and span.first <= few[-1].stop:
            few[-1] = Span(first=few[-1].first, stop=max(few[-1].stop, span.stop))
        else:
            few.append(span)
    return few


def minibatches_of(files: int, mini_batch_size: int) -> int:
    """How many mini-batches so many files make: ceil(files / mini_batch_size)."""
    return math.ceil(files / mini_batch_size)


def cut(files: Iterable[PlannedFile], mini_batch_size: int) -> Iterator[list[PlannedFile]]:
    """The mini-batches of these files, in order."""
    group = list[PlannedFile]()
    for file in files:
        if group and (len(group) == mini_batch_size or file.piece or group[-1].piece):
            yield group
            group = []
        group.append(file)
    if group:
        yield group


def shards_of(minibatches: int) -> int:
    return math.ceil(minibatches / MINIBATCHES_PER_SHARD)


def shard_span(shard: int, minibatches: int) -> Span:
    """The mini-batches of one shard (from 0) of a job with so many in all."""
    first = shard * MINIBATCHES_PER_SHARD
    return Span(first=first, stop=min(first + MINIBATCHES_PER_SHARD, minibatches))


def minibatches_per_page(mini_batch_size: int) -> int:
    """How many mini-batches of a shard one page of the plan has: a shard is so many whole pages."""
    most = max(1, FILES_PER_PAGE // mini_batch_size)
    fitting = range(min(most, MINIBATCHES_PER_SHARD), 0, -1)
    return next(count for count in fitting if MINIBATCHES_PER_SHARD % count == 0)


def bundle_size(
    remaining: int, width: int, seconds_per_minibatch: float | None, shortest_s: float
) -> int:
    """How many mini-batches the next activity takes.

    One, until a mini-batch was measured: the pilot. Then some BUNDLE_TARGET_S worth of them; and
    towards the end of a shard fewer, so that `width` workers finish together (guided
    self-scheduling: half of an equal share of what remains at the most), but `shortest_s` worth.
    """
    if seconds_per_minibatch is None:
        return 1
    pace = max(seconds_per_minibatch, 1e-6)
    fitting, worthwhile = int(BUNDLE_TARGET_S / pace), math.ceil(shortest_s / pace)
    share = remaining if width == 1 and shortest_s else math.ceil(remaining / (2 * width))
    return max(1, min(fitting, max(share, worthwhile), remaining, LARGEST_BUNDLE))


def even_share(
    remaining: int, width: int, seconds_per_minibatch: float | None, longest_s: float
) -> int:
    """How many mini-batches each bundle has, where all that remain make even ones.

    Each worker has the same number of bundles, and none is longer than `longest_s`. 0: they are too
    slow for that, or nobody knows.
    """
    if seconds_per_minibatch is None or seconds_per_minibatch > BRISK_S or not longest_s:
        return 0
    rounds = max(1, math.ceil(remaining * seconds_per_minibatch / (width * longest_s)))
    return min(LARGEST_BUNDLE, math.ceil(remaining / (width * rounds)))
