"""Attempts: one mini-batch's tries, and after the last one the search for the file that is bad.

A mini-batch that fails its last try is halved, and each half scored once, until a bad file stands
alone; the other files keep their rows. The search ends early when both halves fail alike - then it
is the deployment, not a file - and after a bounded number of runs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.domain.deployment import RetrySettings
from shared.scoring.spec import LocalFile, Scored, ScoringFailed

# Runs enough to single out three bad files: two for each halving on the way to each.
RUNS_PER_LEVEL = 6


@dataclass(frozen=True)
class Part:
    """Some files of a mini-batch in order, and what became of them.

    `is_known` tells a failure of these files from one inferred from a larger group's.
    """

    files: list[LocalFile]
    scored: Scored | None = None
    failed: ScoringFailed | None = None
    is_known: bool = False


@dataclass(frozen=True)
class Attempted:
    """A mini-batch after its last try: its parts in the order of the files."""

    parts: list[Part]
    tries: int


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

    def all(self, files: list[LocalFile], retry: RetrySettings) -> Attempted:
        """Try as often as the settings say, then isolate what is bad."""
        tries = 0
        while True:
            tries += 1
            part = self._once(files)
            if part.scored is not None:
                return Attempted([part], tries)
            if tries >= retry.tries:
                break
        if not self._isolates or len(files) == 1:
            return Attempted([part], tries)
        self._runs_left = RUNS_PER_LEVEL * (len(files) - 1).bit_length()
        return Attempted(list(self._halved(part)), tries)

    def _halved(self, whole: Part) -> Iterator[Part]:
        middle = len(whole.files) // 2
        first, second = (self._once(half) for half in (whole.files[:middle], whole.files[middle:]))
        self._runs_left -= 2
        if len(whole.files) > 2 and _fail_alike(first, second):  # noqa: PLR2004  # each stands alone
            yield first
            yield second
            return
        yield from self._settled(first)
        yield from self._settled(second)

    def _settled(self, part: Part) -> Iterator[Part]:
        if part.scored is None and len(part.files) > 1 and self._runs_left > 1:
            yield from self._halved(part)
        else:
            yield part

    def _once(self, files: list[LocalFile]) -> Part:
        output = self._output.with_name(f"{self._output.name}.{self._runs}")
        self._runs += 1
        try:
            return Part(files, scored=self._score(files, output))
        except ScoringFailed as failed:
            return Part(files, failed=failed, is_known=len(files) == 1)


def _fail_alike(first: Part, second: Part) -> bool:
    if first.failed is None or second.failed is None:
        return False
    return (first.failed.error_type, str(first.failed)) == (
        second.failed.error_type,
        str(second.failed),
    )
