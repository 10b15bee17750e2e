"""Stores in memory that fail, or are used by others, at a chosen write."""

from collections.abc import Callable
from typing import Any

from shared.adapters.memory import MemoryBlobs


class Killed(BaseException):
    """The process is dead: nothing after this happens, no handler catches it."""


class FaultyBlobs(MemoryBlobs):
    """Before the write (or deletion) `at`, counted from 1, `act` happens, once."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0
        self._at = 0
        self._act: Callable[[], object] = lambda: None

    def before_write(self, at: int, act: Callable[[], object]) -> None:
        self.writes, self._at, self._act = 0, at, act

    def calm(self) -> bool:
        """Whether the act is still to happen; it will not."""
        is_pending = self.writes < self._at
        self._at = 0
        return is_pending

    def write(self, container: str, name: str, data: bytes, **conditions: Any) -> str:
        self._count()
        return super().write(container, name, data, **conditions)

    def delete(self, container: str, name: str, *, if_match: str = "") -> None:
        self._count()
        super().delete(container, name, if_match=if_match)

    def _count(self) -> None:
        self.writes += 1
        if self.writes == self._at:
            self._act()


def die() -> None:
    raise Killed
