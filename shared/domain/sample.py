"""A sample: a job over a few files of its input, and what it says of the whole.

The files are spread over the listing: the first, the last and some between, the same ones each
time. Listings are long, so that places are chosen while the names pass: of every `step`-th file a
few more are kept than are wanted, and `step` doubles whenever they become too many.
"""

from collections.abc import Iterable, Iterator

from pydantic import Field, PositiveInt

from shared.domain.message import Message
from shared.domain.minibatch import PlannedFile

# A sample is a small job; its files' names are in memory while it is chosen.
MOST_SAMPLED = 10_000
# How many candidates are kept for each place, so that it is off by an eighth of a gap at the most;
# and how many at least: of an input of no more files the places are exact.
CANDIDATES, EXACT = 8, 1_000


class SampleRequest(Message):
    """How many files are asked for; the price of an instance for an hour, 0 if nobody gave one."""

    files: PositiveInt = Field(le=MOST_SAMPLED)
    price_per_hour: float = Field(default=0.0, ge=0, allow_inf_nan=False)


class Whole(Message):
    """The input that a sample is of."""

    files: int = 0
    bytes: int = 0


class Spread:
    """Chooses `count` files of a listing as they pass, and counts all of them."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._most = max(EXACT, CANDIDATES * count)
        self._step = 1
        self._kept = list[PlannedFile]()
        self._last: PlannedFile | None = None
        self._files = self._bytes = 0

    @property
    def whole(self) -> Whole:
        return Whole(files=self._files, bytes=self._bytes)

    def add(self, file: PlannedFile) -> None:
        if self._files % self._step == 0:
            self._kept.append(file)
        if len(self._kept) > self._most:
            self._kept, self._step = self._kept[::2], self._step * 2
        self._last = file
        self._files += 1
        self._bytes += file.size

    def chosen(self) -> list[PlannedFile]:
        """In the listing's order; all of them, if there are no more than are wanted."""
        if self._last is None:
            return []
        files = self._kept if self._kept[-1] is self._last else [*self._kept, self._last]
        if len(files) <= self._count:
            return files
        return [files[place] for place in places(self._count, len(files))]


def places(count: int, total: int) -> list[int]:
    """So many of the places 0 to `total` - 1, evenly spread; of one, the first."""
    if count == 1:
        return [0]
    return [(2 * index * (total - 1) + count - 1) // (2 * (count - 1)) for index in range(count)]


class Sampling:
    """What a plan takes of its input: all of it, or the files of a sample."""

    def __init__(self, request: SampleRequest | None) -> None:
        self._spread = Spread(request.files) if request else None

    def taken(self, files: Iterable[PlannedFile]) -> Iterator[PlannedFile]:
        if self._spread is None:
            yield from files
            return
        for file in files:
            self._spread.add(file)
        yield from self._spread.chosen()

    @property
    def whole(self) -> Whole | None:
        """What the sample is of, once all files have passed; None where there is no sample."""
        return self._spread.whole if self._spread else None
