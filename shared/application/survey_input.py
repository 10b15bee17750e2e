"""Survey an input: list all of it as a plan does, within a time, and keep nothing but counts.

Memory is bounded whatever the input: the first names of each kind of oddity, and a few files spread
over the listing whose content is worth a look.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from shared.domain.job import JobInput
from shared.domain.listing import ListingSum, ascending
from shared.domain.minibatch import PlannedFile
from shared.domain.preflight import InputFound, SkippedFiles
from shared.domain.sample import SampleRequest, Sampling, Spread
from shared.domain.selection import WORDS, Selection, Skipped
from shared.ports import Blobs
from shared.stores.chosen_files import Choice
from shared.stores.earlier_files import EarlierFiles
from shared.stores.input_listing import Inputs
from shared.stores.jobs import Jobs
from shared.stores.manifests import Manifests
from shared.stores.plans import Plans

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
    files: int = 0
    bytes: int = 0
    empty: OddFiles = field(default_factory=OddFiles)
    unsupported: dict[str, OddFiles] = field(default_factory=dict[str, OddFiles])
    found: InputFound = field(default_factory=InputFound)
    _spread: Spread = field(default_factory=lambda: Spread(MOST_LOOKED_AT))

    def note(self, file: PlannedFile) -> None:
        self.files += 1
        self.bytes += file.size
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


class _Clocked(ListingSum):
    """Counts every name that is listed, taken or left out; raises when the time is up."""

    def __init__(self, is_over: Callable[[], bool]) -> None:
        super().__init__()
        self._is_over = is_over
        self.is_complete = True

    def add(self, name: str) -> None:
        if self._is_over():
            raise _TimeIsUp
        super().add(name)

    def each(self, files: Iterable[PlannedFile]) -> Iterator[PlannedFile]:
        """Files that no listing told of: each counts as a name."""
        for file in files:
            self.add(file.name)
            yield file

    def bounded(self, files: Iterable[PlannedFile]) -> Iterator[PlannedFile]:
        """The files until then."""
        try:
            yield from files
        except _TimeIsUp:
            self.is_complete = False


@dataclass(frozen=True)
class SurveyInput:
    blobs: Blobs
    inputs: Inputs
    jobs: Jobs
    plans: Plans
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
        survey, skipped = Survey(supports), Skipped()
        listed, sampling = _Clocked(lambda: self.clock() > until), Sampling(sample)
        files = self._files(source, selection, skipped, listed)
        for file in sampling.taken(listed.bounded(files)):
            survey.note(file)
        survey.found = InputFound(
            files=survey.files,
            bytes=survey.bytes,
            skipped=_skipped(skipped),
            listed=listed.sum[0] or survey.files,
            is_complete=listed.is_complete,
            whole=sampling.whole,
        )
        return survey

    def _files(
        self, source: JobInput, selection: Selection, skipped: Skipped, listed: _Clocked
    ) -> Iterator[PlannedFile]:
        """As the plan lists them."""
        if selection.manifest:
            return listed.each(Manifests(self.blobs, self.inputs).files(source.location))
        known = EarlierFiles(self.jobs, self.plans).left_out(selection, source.location.container)
        choice = Choice(selection, known)
        return ascending(self.inputs.files(source.location, source.type, skipped, listed, choice))


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
