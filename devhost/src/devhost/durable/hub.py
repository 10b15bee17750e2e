"""One task hub: its database, and what runs in it."""

import asyncio
import itertools
import sqlite3
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from devhost.durable.commands import Commands
from devhost.durable.engine.activity_dispatcher import ActivityDispatcher
from devhost.durable.engine.durable_timers import DurableTimers
from devhost.durable.engine.entity_dispatcher import EntityDispatcher
from devhost.durable.engine.orchestration_dispatcher import OrchestrationDispatcher
from devhost.durable.engine.slots import Slots
from devhost.durable.engine.waiters import Waiters
from devhost.durable.entity_commands import EntityCommands
from devhost.durable.records import InboxMessage
from devhost.durable.storage import database_errors, live_state, queries
from devhost.durable.storage.hub_lock import HubLock, HubLocked
from devhost.durable.storage.queries import InstanceRow
from devhost.durable.storage.store import Store
from devhost.durable.wire_format import EngineClock
from devhost.durable_functions import DurableFunctions
from devhost.private_files import private_folder

__all__ = ["HubLocked", "HubOptions", "TaskHub"]


@dataclass(frozen=True)
class HubOptions:
    """Where a task hub lies, what it is called, and how much of each kind runs at once."""

    database: Path
    name: str
    max_activities: int
    max_orchestrations: int
    max_entities: int
    replaces_running: bool = False  # whether a start may replace an instance that runs


class TaskHub:
    """Everything durable, of one database. `TaskHub.open` makes one.

    1. open: the lock, the store, and what an earlier process left: it queues, and nothing runs yet.
    2. resume: it goes on, wherever it was.
    3. drain, then close.
    """

    def __init__(
        self,
        functions: DurableFunctions,
        options: HubOptions,
        store: Store,
        living: live_state.LiveState,
        resources: AsyncExitStack,
    ) -> None:
        self.name = options.name
        self.store = store
        self.waiters = Waiters()
        self._database = options.database
        self._resources = resources
        self._clock = EngineClock()
        common = (functions, store, self._clock)
        self._activities = ActivityDispatcher(*common, options.max_activities, self._deliver)
        self._orchestrations = OrchestrationDispatcher(
            *common,
            itertools.count(living.next_seq),
            options.max_orchestrations,
            activities=self._activities,
            waiters=self.waiters,
            deliver=self._deliver,
        )
        self._entities = EntityDispatcher(
            *common, options.max_entities, adopt=self._orchestrations.adopt, deliver=self._deliver
        )
        self._slots: Sequence[Slots[Any]] = (
            self._orchestrations.slots,
            self._activities.slots,
            self._entities.slots,
        )
        self._timers = DurableTimers(self._clock, self._deliver, self._is_current)
        replaces = options.replaces_running
        self.commands = Commands(
            store, self._clock, self._orchestrations, self._deliver, replaces_running=replaces
        )
        self.entities = EntityCommands(store, self._clock, self._deliver, self._entities.backlog)
        self._adopt(living)

    @classmethod
    async def open(cls, functions: DurableFunctions, options: HubOptions) -> Self:
        """Raises `HubLocked` when another process holds the database."""
        private_folder(options.database.parent)
        async with AsyncExitStack() as resources:
            resources.callback(HubLock(options.database).release)
            store = Store(options.database)
            resources.push_async_callback(store.close)
            living = await store.write(live_state.load_live_state)
            return cls(functions, options, store, living, resources.pop_all())

    def resume(self) -> None:
        """Run what is queued, from now on."""
        for slots in self._slots:
            slots.open()

    def resize(self, more_activities: int) -> None:
        """Run so many more activities at once, or fewer: a guest came, or left."""
        self._activities.slots.resize(more_activities)

    async def drain(self, grace_s: float) -> None:
        """Begin nothing new, wait up to the grace, and leave the rest to a restart."""
        for slots in self._slots:
            slots.close()
        await asyncio.gather(*(slots.drain(grace_s) for slots in self._slots))
        self._timers.stop()

    async def close(self) -> None:
        """Commit what was written so far, and let go of the database."""
        await self._resources.aclose()

    async def instance(self, instance_id: str) -> InstanceRow | None:
        return await self.store.read(partial(queries.get_instance, instance_id=instance_id))

    def trouble(self, error: sqlite3.Error) -> str:
        """What a failure of the database means, in a sentence."""
        return database_errors.describe(error, self._database)

    async def wait(self, instance_id: str, statuses: frozenset[int]) -> InstanceRow:
        """Wait until the instance exists and has one of the statuses."""
        while True:
            change = self.waiters.change(instance_id)
            try:
                row = await self.instance(instance_id)
                if row is not None and row.status in statuses:
                    return row
                await change
            finally:
                self.waiters.forget(instance_id, change)

    def _adopt(self, living: live_state.LiveState) -> None:
        self._orchestrations.adopt(living.instances)
        self._activities.enqueue(living.tasks)
        for message in living.messages:
            self._deliver(message)

    def _deliver(self, message: InboxMessage) -> None:
        if message.due > self._clock.now():
            self._timers.add(message)
        elif message.target.startswith("@"):
            self._entities.receive(message)
        else:
            self._orchestrations.receive(message)

    def _is_current(self, message: InboxMessage) -> bool:
        return message.target.startswith("@") or self._orchestrations.is_live(
            message.target, message.execution_id
        )
