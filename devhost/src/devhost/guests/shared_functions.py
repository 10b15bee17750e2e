"""The app's durable functions, its activities shared among the host and its guests.

Each goes to the host that has the least to do for its limit, the longest-waiting first among
equals. What a guest began and cannot end, because it is gone, another host runs.
"""

import itertools
from collections.abc import Callable
from typing import Protocol

from devhost.durable_functions import ActivityResult, DurableFunctions
from devhost.guests.guest import Guest


class _Member(Protocol):
    @property
    def limit(self) -> int: ...

    @property
    def load(self) -> int: ...

    async def act(self, name: str, activity_input: str | None) -> ActivityResult | None: ...

    def kill_worker(self) -> bool: ...


class _Own:
    """The host's own share."""

    def __init__(
        self, functions: DurableFunctions, limit: int, kill_worker: Callable[[], bool]
    ) -> None:
        self.limit = limit
        self.load = 0
        self.kill_worker = kill_worker
        self._functions = functions

    async def act(self, name: str, activity_input: str | None) -> ActivityResult:
        self.load += 1
        try:
            return await self._functions.act(name, activity_input)
        finally:
            self.load -= 1


class SharedFunctions:
    """Orchestrators and entities run where the hub is."""

    def __init__(
        self, functions: DurableFunctions, limit: int, kill_worker: Callable[[], bool]
    ) -> None:
        self._functions = functions
        self._guests: list[Guest] = []
        self._own = _Own(functions, limit, kill_worker)
        self._given: dict[_Member, int] = {self._own: 0}
        self._turns = itertools.count(1)
        self.has_orchestrator = functions.has_orchestrator
        self.has_activity = functions.has_activity
        self.has_entity = functions.has_entity
        self.orchestrate = functions.orchestrate
        self.operate_entity = functions.operate_entity

    def add(self, guest: Guest) -> None:
        self._guests.append(guest)
        self._given[guest] = 0

    def remove(self, guest: Guest) -> None:
        self._guests.remove(guest)
        del self._given[guest]

    async def act(self, name: str, activity_input: str | None) -> ActivityResult:
        for guest in self._guests:
            left_over = guest.left_over(name, activity_input)
            if left_over is not None and (result := await left_over) is not None:
                return result
        while True:
            result = await self._next().act(name, activity_input)
            if result is not None:
                return result

    def kill_worker(self) -> bool:
        """Kill one where the most runs, as a hazard; False when none runs anything."""
        return max(self._given, key=lambda one: one.load).kill_worker()

    def _next(self) -> _Member:
        staying: list[_Member] = [
            self._own,
            *(guest for guest in self._guests if not guest.is_leaving),
        ]
        chosen = min(staying, key=lambda one: (one.load / one.limit, self._given[one]))
        self._given[chosen] = next(self._turns)
        return chosen
