"""Lanes: how many calls go out at once, in all and to one server, so that slow servers hold up few.

A call takes a lane, or is turned away after a moment. Whoever makes calls inside activities leaves
most of the host's places to others that way, however long the servers take.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition

from shared.outbound import PostBusy

MOST, MOST_TO_ONE = 4, 2
"""A host of one core has ten places for activities."""
LONGEST_WAIT_S = 0.1


@dataclass(frozen=True)
class Lanes:
    """Thread-safe."""

    _taken: Counter[str] = field(default_factory=Counter[str])
    _changed: Condition = field(default_factory=Condition)

    @contextmanager
    def lane(self, server: str) -> Iterator[None]:
        """Raises PostBusy when none gets free for this server."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._is_free(server), LONGEST_WAIT_S):
                raise PostBusy
            self._taken[server] += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken[server] -= 1
                if not self._taken[server]:
                    del self._taken[server]
                self._changed.notify_all()

    def _is_free(self, server: str) -> bool:
        return self._taken.total() < MOST and self._taken[server] < MOST_TO_ONE
