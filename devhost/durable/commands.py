"""What clients may do to instances, over gRPC and over HTTP alike."""

import sqlite3
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable import events
from devhost.durable.engine.orchestrations import Orchestrations
from devhost.durable.records import Instance, Message, NewInstance, OutboxMessage
from devhost.durable.refusals import (
    PAUSING,
    AlreadyEnded,
    AlreadyExists,
    InvalidId,
    NotFound,
    Refusal,
    WrongState,
    cannot_pause,
)
from devhost.durable.storage import queries, rows
from devhost.durable.storage.rewinds import Revived, rewind_instance
from devhost.durable.storage.store import Store
from devhost.durable.wire import FAILED, STATUS_NAMES, SUSPENDED, TERMINAL, Clock


@dataclass(frozen=True)
class Start:
    """An instance that a client asks for. Without an id it gets a new one."""

    name: str
    id: str = ""
    input: str | None = None
    version: str | None = None
    due: int = 0
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    trace: bytes | None = None
    replaceable: Sequence[int] = TERMINAL


class Commands:
    def __init__(
        self,
        store: Store,
        clock: Clock,
        orchestrations: Orchestrations,
        deliver: Callable[[Message], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._orchestrations = orchestrations
        self._deliver = deliver

    async def start(self, start: Start) -> str:
        """A finished instance with the same id is replaced; a running one is in the way."""
        if start.id.startswith("@"):
            raise InvalidId(f"Orchestration instance ids must not start with '@': '{start.id}'.")
        new = NewInstance(
            id=start.id or uuid.uuid4().hex,
            execution_id=uuid.uuid4().hex,
            name=start.name,
            created=self._clock.now(),
            version=start.version,
            input=start.input,
            due=start.due,
            tags=start.tags,
            trace=start.trace,
        )
        work = partial(_start, new=new, replaceable=start.replaceable)
        _accepted(await self._store.write(work, self._begun))
        return new.id

    async def restart(self, instance_id: str, *, with_new_id: bool) -> str:
        row = await self._store.read(partial(queries.get_instance, instance_id=instance_id))
        if row is None:
            raise NotFound(instance_id)
        if row.is_live and not with_new_id:
            raise WrongState("A non-terminal instance with this instance ID already exists.")
        return await self.start(
            Start(
                name=row.name,
                id="" if with_new_id else row.id,
                input=row.input,
                version=row.version,
                tags=row.tags,
            )
        )

    async def raise_event(self, instance_id: str, name: str, data: str | None) -> None:
        event = events.event_raised(self._clock.now(), name, data)
        await self._tell(f"raise event {name} for", instance_id, "eventRaised", event)

    async def terminate(self, instance_id: str, output: str | None) -> None:
        event = events.terminated(self._clock.now(), output)
        await self._tell("terminate", instance_id, "executionTerminated", event)

    async def suspend(self, instance_id: str, reason: str | None) -> None:
        event = events.suspended(self._clock.now(), reason)
        await self._tell("suspend", instance_id, "executionSuspended", event)

    async def resume(self, instance_id: str, reason: str | None) -> None:
        event = events.resumed(self._clock.now(), reason)
        await self._tell("resume", instance_id, "executionResumed", event)

    async def rewind(self, instance_id: str, reason: str | None) -> None:
        work = partial(_rewind, instance_id=instance_id, reason=reason, now=self._clock.now())
        _accepted(await self._store.write(work, self._revived))

    async def _tell(self, verb: str, instance_id: str, kind: str, event: pb.HistoryEvent) -> None:
        letter = OutboxMessage(instance_id, kind, event.SerializeToString())
        _accepted(await self._store.write(partial(_tell, letter=letter, verb=verb), self._told))

    def _begun(self, begun: tuple[Instance, Message] | Refusal) -> None:
        if not isinstance(begun, Refusal):
            instance, message = begun
            self._orchestrations.adopt([instance])
            self._deliver(message)

    def _told(self, told: Message | Refusal) -> None:
        if not isinstance(told, Refusal):
            self._deliver(told)

    def _revived(self, revived: Revived | Refusal) -> None:
        if not isinstance(revived, Refusal):
            self._orchestrations.adopt(revived.instances)
            for message in revived.messages:
                self._deliver(message)


def _accepted[T](answer: T | Refusal) -> T:
    """Refusals travel as values through the store: an exception would undo its neighbours."""
    if isinstance(answer, Refusal):
        raise answer
    return answer


def _start(
    cursor: sqlite3.Cursor, new: NewInstance, replaceable: Sequence[int]
) -> tuple[Instance, Message] | Refusal:
    status = rows.status_of(cursor, new.id)
    if status is not None and status not in replaceable:
        return AlreadyExists(new.id, status)
    return rows.create_instance(cursor, new)


def _tell(cursor: sqlite3.Cursor, letter: OutboxMessage, verb: str) -> Message | Refusal:
    status = rows.status_of(cursor, letter.target)
    if status is None:
        return NotFound(letter.target)
    if status in TERMINAL:
        return AlreadyEnded(verb, letter.target, status)
    if verb in PAUSING:
        status = rows.status_to_be(cursor, letter.target, status)
        if (status == SUSPENDED) == (verb == "suspend"):
            return cannot_pause(verb, letter.target, status)
    return rows.post(cursor, letter)


def _rewind(
    cursor: sqlite3.Cursor, instance_id: str, reason: str | None, now: int
) -> Revived | Refusal:
    status = rows.status_of(cursor, instance_id)
    if status is None:
        return NotFound(instance_id)
    if status != FAILED:
        return WrongState(
            f"This orchestration has status {STATUS_NAMES[status]}, but only orchestrations in "
            'the "Failed" state can be rewound.'
        )
    return rewind_instance(cursor, instance_id, reason, now)
