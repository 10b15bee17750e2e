"""Stores in memory that fail, or are used by others, at a chosen write."""

from collections.abc import Callable
from typing import Any

from shared.adapters.memory_blobs import MemoryBlobs


class Killed(BaseException):
    """The process is dead: nothing after this happens, no handler catches it."""


class FaultyBlobs(MemoryBlobs):
    """Before the write (or deletion) `at`, counted from 1, `act` happens, once.

    What an act writes is not counted.
    """

    def __init__(self) -> None:
        super().__init__()
        self._counted = 0
        self._acts = dict[int, Callable[[], object]]()

    def before_write(self, at: int, act: Callable[[], object]) -> None:
        self._counted = 0
        self._acts[at] = act

    def calm(self) -> bool:
        """Whether an act is still to happen; none will."""
        is_pending = bool(self._acts)
        self._acts.clear()
        return is_pending

    def write(self, container: str, name: str, data: bytes, **conditions: Any) -> str:
        self._count()
        return super().write(container, name, data, **conditions)

    def delete(self, container: str, name: str, *, if_match: str = "") -> None:
        self._count()
        super().delete(container, name, if_match=if_match)

    def _count(self) -> None:
        self._counted += 1
        if (act := self._acts.pop(self._counted, None)) is not None:
            others, self._acts = self._acts, {}
            counted = self._counted
            act()
            self._acts, self._counted = others, counted


def die() -> None:
    raise Killed
