"""One task hub: its database, what runs in it, and the gRPC service for its clients."""

import asyncio
import itertools
import sqlite3
from functools import partial
from pathlib import Path

from devhost.durable.commands import Commands
from devhost.durable.engine.activities import Activities
from devhost.durable.engine.entities import Entities
from devhost.durable.engine.orchestrations import Orchestrations
from devhost.durable.engine.timers import Timers
from devhost.durable.engine.waiters import Waiters
from devhost.durable.entity_commands import EntityCommands
from devhost.durable.records import Message
from devhost.durable.sidecar.server import SidecarServer
from devhost.durable.storage import loading, queries, troubles
from devhost.durable.storage.lock import HubLock, HubLocked
from devhost.durable.storage.queries import InstanceRow
from devhost.durable.storage.store import Store
from devhost.durable.wire import Clock
from devhost.ports import DurableFunctions
from devhost.private import private_folder

__all__ = ["HubLocked", "TaskHub"]


class TaskHub:
    """Everything durable. `start` takes up what an earlier process left, wherever it was."""

    def __init__(
        self,
        *,
        functions: DurableFunctions,
        database: Path,
        name: str,
        max_activities: int,
        max_orchestrations: int,
        max_entities: int,
        rpc_port: int = 0,
    ) -> None:
        self.name = name
        self.waiters = Waiters()
        self._functions = functions
        self._database = database
        self._limits = (max_activities, max_orchestrations, max_entities)
        self._server = SidecarServer(self, rpc_port)
        self._clock = Clock()

    @property
    def rpc_port(self) -> int:
        return self._server.port

    async def start(self) -> None:
        """Raises `HubLocked` when another process holds the database."""
        private_folder(self._database.parent)
        self._lock = HubLock(self._database)
        try:
            self.store = Store(self._database)
        except BaseException:
            self._lock.release()
            raise
        living = await self.store.write(loading.living)
        self._assemble(living.next_seq)
        try:
            await self._server.start()
        except BaseException:
            await self.stop(0)
            raise
        self._go_on(living)

    async def stop(self, grace_s: float) -> None:
        """Begin nothing new, wait up to the grace, and leave the rest to a restart."""
        parts = (self._orchestrations.slots, self._activities.slots, self._entities.slots)
        for slots in parts:
            slots.close()
        await asyncio.gather(*(slots.drain(grace_s) for slots in parts))
        self._timers.stop()
        await self._server.stop()
        await self.store.close()
        self._lock.release()

    async def instance(self, instance_id: str) -> InstanceRow | None:
        return await self.store.read(partial(queries.get_instance, instance_id=instance_id))

    def trouble(self, error: sqlite3.Error) -> str:
        """What a failure of the database means, in a sentence."""
        return troubles.told(error, self._database)

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

    def _go_on(self, living: loading.Living) -> None:
        self._orchestrations.adopt(living.instances)
        self._activities.enqueue(living.tasks)
        for message in living.messages:
            self._deliver(message)

    def _assemble(self, next_seq: int) -> None:
        max_activities, max_orchestrations, max_entities = self._limits
        common = (self._functions, self.store, self._clock)
        self._activities = Activities(*common, max_activities, self._deliver)
        self._orchestrations = Orchestrations(
            *common,
            itertools.count(next_seq),
            max_orchestrations,
            activities=self._activities,
            waiters=self.waiters,
            deliver=self._deliver,
        )
        self._entities = Entities(
            *common, max_entities, adopt=self._orchestrations.adopt, deliver=self._deliver
        )
        self._timers = Timers(self._clock, self._deliver, self._is_current)
        self.commands = Commands(self.store, self._clock, self._orchestrations, self._deliver)
        self.entities = EntityCommands(
            self.store, self._clock, self._deliver, self._entities.backlog
        )

    def _deliver(self, message: Message) -> None:
        if message.due > self._clock.now():
            self._timers.add(message)
        elif message.target.startswith("@"):
            self._entities.receive(message)
        else:
            self._orchestrations.receive(message)

    def _is_current(self, message: Message) -> bool:
        return message.target.startswith("@") or self._orchestrations.is_live(
            message.target, message.execution_id
        )
