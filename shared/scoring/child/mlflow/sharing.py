"""Whether the files of a mini-batch share one predict(): always, never, or where that is proven.

1. What is known to treat rows alone is tried: the first mini-batches are scored file by file, whose
   rows count, and then together.
2. Once the rows were equal to the bit so often, and for so large files, they are scored together;
   from time to time, and at a new size, both ways again.
3. Where a row's last digit may depend on its place in the table (`row_wise.may_multiply`), that is
   proven of tables of the same layout only: of files of as many rows, one by one. Of a layout that
   was never seen before the files go alone; it is compared when it comes again.
4. A difference ends it. An error of the model is no difference: the files go one by one.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from . import batches
from .batches import MOST_BYTES, Loaded, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .batches import Write

    Size = tuple[int | str, ...]

# Comparisons before the first rows that are scored together only, and how often there is one after.
_FIRST, _ONE_OF = 3, 64
# Of files that take so long each, and of runs that took so much of their time, nothing is tried.
_LONGEST_S, _MOST_OF_TIME = 0.05, 0.25
_MOST_ERRORS = 5
# Of so many layouts it is known how often they came; of more, one begins anew.
_MOST_LAYOUTS = 10_000
# Tables of so much share a call: beyond it, that saves a twentieth of what the files cost, and
# comparing, which takes two fifths more, may never pay.
_PROVEN_BYTES = 1024 * 1024
DIFFERS = (
    "rows of files that shared one predict() were not those of the files alone, to the last bit"
)
_LOG = logging.getLogger(__name__)


class Sharing:
    """Of one process. `apart` says why each file has a predict() of its own, if that is settled.

    `has_differed` tells that this came out by comparing.
    """

    def __init__(
        self, *, asked: bool | None, against: str = "", needs_layout: bool = False
    ) -> None:
        self._is_asked = bool(asked)
        self._never = asked is False
        self.apart = "" if asked is not None else against
        self.has_differed = False
        self._needs_layout = needs_layout
        self._equal: dict[Size, int] = {}
        self._turns = self._errors = 0

    @property
    def may_share(self) -> bool:
        return self._is_asked or not (self._never or self.apart)

    def end(self, reason: str) -> None:
        """Another process of the deployment has found a difference."""
        if not (self._is_asked or self._never):
            self.apart, self.has_differed = reason, True

    def groups(self, files: Iterator[Loaded]) -> Iterator[list[Loaded]]:
        if not self.may_share:
            return ([file] for file in files)
        return batches.groups(files, MOST_BYTES if self._is_asked else _PROVEN_BYTES)

    def scored(
        self, model: Any, group: Sequence[Loaded], write: Write, deadline: Deadline
    ) -> Iterator[Rows]:
        """In the order given."""
        full = [file for file in group if not file.is_empty]
        if self._is_asked or len(full) < 2:  # noqa: PLR2004
            return batches.scored(model, group, write)
        if not self.may_share:
            return batches.scored_alone(model, group, write)
        size = self._size(full)
        if self._is_new(size):
            return batches.scored_alone(model, group, write)
        if self._is_due(size):
            return self._compared(model, group, write, deadline)
        return batches.scored(model, group, write)

    def _size(self, files: Sequence[Loaded]) -> Size:
        return _layout(files) if self._needs_layout else _size(files)

    def _is_new(self, size: Size) -> bool:
        """Whether it is a layout that may never come again."""
        if not self._needs_layout or size in self._equal:
            return False
        if len(self._equal) >= _MOST_LAYOUTS:
            self._equal.clear()
        self._equal[size] = 0
        return True

    def _is_due(self, size: Size) -> bool:
        self._turns += 1
        known = self._equal.get(size, 0)
        often = known if self._needs_layout else sum(self._equal.values())
        return not known or often < _FIRST or self._turns % _ONE_OF == 0

    def _compared(
        self, model: Any, group: Sequence[Loaded], write: Write, deadline: Deadline
    ) -> Iterator[Rows]:
        """Rows of the files alone, and what is learnt from them together."""
        began = time.process_time()
        alone = list(batches.scored_alone(model, group, write))
        full = [file for file in group if not file.is_empty]
        is_slow = time.process_time() - began > _LONGEST_S * len(group)
        if is_slow or deadline.used_share > _MOST_OF_TIME:
            self._turns -= 1  # it is still due
            return iter(alone)
        together = batches.together(model, full, write)
        if together is None:
            self._note_error()
        elif list(together) == [rows for file, rows in zip(group, alone) if not file.is_empty]:  # noqa: B905
            size = self._size(full)
            self._equal[size] = self._equal.get(size, 0) + 1
            self._errors = 0
        else:
            self.apart, self.has_differed = DIFFERS, True
            _LOG.warning("Each file has a predict() of its own from now on: %s", DIFFERS)
        return iter(alone)

    def _note_error(self) -> None:
        """Where hardly any mini-batch is without a bad file, trying costs more than it brings."""
        self._errors += 1
        if self._errors >= _MOST_ERRORS:
            self.apart = f"{_MOST_ERRORS} mini-batches one after the other failed in one predict()"


class Deadline:
    """How long a run may take; 0 is for ever."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s, self._began = limit_s, time.perf_counter()

    @property
    def used_share(self) -> float:
        return (time.perf_counter() - self._began) / self._limit_s if self._limit_s else 0.0


def _size(files: Sequence[Loaded]) -> Size:
    """Of all the rows and of the largest file, as powers of two."""
    counts = [file.sample.rows for file in files if file.sample is not None]
    return sum(counts).bit_length(), max(counts).bit_length()


def _layout(files: Sequence[Loaded]) -> Size:
    """How many rows each file has, and of what kind it is: another may lie otherwise in memory."""
    counts = [file.sample.rows for file in files if file.sample is not None]
    return (*counts, *(file.name.rpartition(".")[2] for file in files))
