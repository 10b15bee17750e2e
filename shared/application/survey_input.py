"""Survey an input: list all of it as a plan does, within a time, and keep nothing but counts.

Memory is bounded whatever the input: the first names of each kind of oddity, and a few files spread
over the listing whose content is worth a look.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from shared.domain.job import JobInput
from shared.domain.listing import ListingSum
from shared.domain.minibatch import PlannedFile
from shared.domain.preflight import InputFound, SkippedFiles
from shared.domain.sample import SampleRequest, Sampling, Spread
from shared.domain.selection import WORDS, Selection, Skipped
from shared.domain.split import Split
from shared.stores.planned_input import InputLister

# Clients and gateways wait for an answer for some minutes; people for less.
LONGEST_LISTING_S = 20.0
MOST_NAMES = 5
# Extensions that are told apart; the rest counts together.
MOST_KINDS = 20
OTHER = "others"
MOST_LOOKED_AT = 10

type Supports = Callable[[str], bool]


class _TimeIsUp(Exception):
    """The listing took as long as it may."""


@dataclass
class OddFiles:
    """Files of one kind that would fail: how many, and the first names."""

    count: int = 0
    names: list[str] = field(default_factory=list[str])

    def add(self, name: str) -> None:
        self.count += 1
        if len(self.names) < MOST_NAMES:
            self.names.append(name)


@dataclass
class Survey:
    """Counts; files without a byte; files that are not `supports`ed, by extension; some to read."""

    supports: Supports
    split: Split | None = None
    files: int = 0
    split_files: int = 0
    pieces: int = 0
    bytes: int = 0
    empty: OddFiles = field(default_factory=OddFiles)
    unsupported: dict[str, OddFiles] = field(default_factory=dict[str, OddFiles])
    found: InputFound = field(default_factory=InputFound)
    _spread: Spread = field(default_factory=lambda: Spread(MOST_LOOKED_AT))

    def note(self, file: PlannedFile) -> None:
        self.files += 1
        self.bytes += file.size
        if self.split is not None and self.split.may_split(file.size):
            self.split_files += 1
            self.pieces += self.split.pieces(file.size)
        if not self.supports(file.name):
            self._kind(file.name).add(file.base_name)
        elif not file.size:
            self.empty.add(file.base_name)
        else:
            self._spread.add(file)

    @property
    def worth_a_look(self) -> list[PlannedFile]:
        return self._spread.chosen()

    def _kind(self, name: str) -> OddFiles:
        kind = PurePosixPath(name).suffix.lower()
        is_told = kind in self.unsupported or len(self.unsupported) < MOST_KINDS
        return self.unsupported.setdefault(kind if is_told else OTHER, OddFiles())


class _Clock:
    """Bounds a listing by time: what was listed until then is what there is."""

    def __init__(self, is_over: Callable[[], bool]) -> None:
        self._is_over = is_over
        self.is_complete = True

    def check(self) -> None:
        if self._is_over():
            raise _TimeIsUp

    def bounded(self, files: Iterable[PlannedFile]) -> Iterator[PlannedFile]:
        """The files until then."""
        try:
            yield from files
        except _TimeIsUp:
            self.is_complete = False


@dataclass(frozen=True)
class SurveyInput:
    lister: InputLister
    clock: Callable[[], float] = time.monotonic
    longest_s: float = LONGEST_LISTING_S

    def __call__(
        self,
        source: JobInput,
        selection: Selection,
        sample: SampleRequest | None,
        supports: Supports,
    ) -> Survey:
        """Raises NotFound, InvalidRequest or AccountRefuses, as listing it for the job would."""
        until = self.clock() + self.longest_s
        survey, skipped, listed = Survey(supports, selection.splitting), Skipped(), ListingSum()
        clock, sampling = _Clock(lambda: self.clock() > until), Sampling(sample)
        files = self.lister.of(source, selection).files(skipped, listed, clock.check)
        for file in sampling.taken(clock.bounded(files)):
            survey.note(file)
        survey.found = InputFound(
            files=survey.files,
            bytes=survey.bytes,
            skipped=_skipped(skipped),
            listed=listed.sum[0] or survey.files,
            is_complete=clock.is_complete,
            split=survey.split_files,
            pieces=survey.pieces,
            whole=sampling.whole,
        )
        return survey


def _skipped(skipped: Skipped) -> list[SkippedFiles]:
    found = skipped.summary()
    return [
        SkippedFiles(
            reason=WORDS[reason],
            count=count,
            names=[one.path for one in found.files if one.reason is reason][:MOST_NAMES],
        )
        for reason, count in found.counts.items()
    ]
