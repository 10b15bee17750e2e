"""Attempts: one mini-batch's tries, and after the last one the search for the file that is bad.

A mini-batch that fails its last try is halved, and each half scored once, until a bad file stands
alone; the other files keep their rows. The search ends early when both halves fail alike - then it
is the deployment, not a file - and after a bounded number of runs.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from shared.domain.deployment import RetrySettings
from shared.scoring.scorer_spec import LocalFile, Scored, ScoringFailed

# Runs enough to single out three bad files: two for each halving on the way to each.
RUNS_PER_LEVEL = 6
# Failed tries of one mini-batch that are told one by one; their number is told anyway.
MOST_TOLD = 10


@dataclass(frozen=True)
class FileGroup:
    """Some files of a mini-batch in order, and what became of them.

    `is_known` tells a failure of these files from one inferred from a larger group's.
    """

    files: list[LocalFile]
    scored: Scored | None = None
    failed: ScoringFailed | None = None
    is_known: bool = False


@dataclass(frozen=True)
class LostTry:
    """A try of the whole mini-batch that failed."""

    started_at: datetime
    seconds: float
    failed: ScoringFailed


@dataclass(frozen=True)
class Attempted:
    """A mini-batch after its last try: its parts in the order of the files.

    `lost` are the first tries that failed.
    """

    groups: list[FileGroup]
    tries: int
    lost: tuple[LostTry, ...] = ()


class Attempts:
    """Scores one mini-batch; `score(files, output)` runs the script once."""

    def __init__(
        self, score: Callable[[list[LocalFile], Path], Scored], output: Path, *, isolates: bool
    ) -> None:
        self._score = score
        self._output = output
        self._isolates = isolates
        self._runs = 0
        self._runs_left = 0

    def run(self, files: list[LocalFile], retry: RetrySettings) -> Attempted:
        """Try as often as the settings say, then isolate what is bad."""
        tries, lost = 0, list[LostTry]()
        while True:
            tries += 1
            began, started_at = time.monotonic(), datetime.now(UTC)
            group = self._score_once(files)
            if group.failed is None:
                return Attempted([group], tries, tuple(lost))
            if len(lost) < MOST_TOLD:
                lost.append(LostTry(started_at, time.monotonic() - began, group.failed))
            if tries >= retry.tries:
                break
        if not self._isolates or len(files) == 1:
            return Attempted([group], tries, tuple(lost))
        self._runs_left = RUNS_PER_LEVEL * (len(files) - 1).bit_length()
        return Attempted(list(self._bisect(group)), tries, tuple(lost))

    def _bisect(self, group: FileGroup) -> Iterator[FileGroup]:
        middle = len(group.files) // 2
        first, second = (
            self._score_once(half) for half in (group.files[:middle], group.files[middle:])
        )
        self._runs_left -= 2
        if len(group.files) > 2 and _fail_alike(first, second):  # noqa: PLR2004  # each stands alone
            yield first
            yield second
            return
        yield from self._isolate(first)
        yield from self._isolate(second)

    def _isolate(self, group: FileGroup) -> Iterator[FileGroup]:
        if group.scored is None and len(group.files) > 1 and self._runs_left > 1:
            yield from self._bisect(group)
        else:
            yield group

    def _score_once(self, files: list[LocalFile]) -> FileGroup:
        output = output_of(self._output, self._runs)
        self._runs += 1
        try:
            return FileGroup(files, scored=self._score(files, output))
        except ScoringFailed as failed:
            return FileGroup(files, failed=failed, is_known=len(files) == 1)


def output_of(output: Path, run: int) -> Path:
    """Where the rows of a run are written, from 0."""
    return output.with_name(f"{output.name}.{run}")


def _fail_alike(first: FileGroup, second: FileGroup) -> bool:
    if first.failed is None or second.failed is None:
        return False
    return (first.failed.error_type, str(first.failed)) == (
        second.failed.error_type,
        str(second.failed),
    )
