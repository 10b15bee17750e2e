"""What clients may do to instances, over gRPC and over HTTP alike."""

import sqlite3
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable import events
from devhost.durable.engine.orchestration_dispatcher import OrchestrationDispatcher
from devhost.durable.records import InboxMessage, LiveInstance, NewInstance, OutboxMessage
from devhost.durable.refusals import (
    PAUSING,
    AlreadyEnded,
    AlreadyExists,
    DurableRefusal,
    InstanceNotFound,
    InvalidId,
    WrongState,
    cannot_pause,
)
from devhost.durable.storage import hub_rows, queries
from devhost.durable.storage.rewinds import RewoundInstances, rewind_instance
from devhost.durable.storage.store import Store
from devhost.durable.wire_format import FAILED, STATUS_NAMES, SUSPENDED, TERMINAL, EngineClock


@dataclass(frozen=True)
class StartCommand:
    """An instance that a client asks for. Without an id it gets a new one."""

    name: str
    id: str = ""
    input: str | None = None
    version: str | None = None
    due: int = 0
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    trace: bytes | None = None
    replaceable: Sequence[int] | None = None  # None: what the hub allows


class Commands:
    def __init__(
        self,
        store: Store,
        clock: EngineClock,
        orchestrations: OrchestrationDispatcher,
        deliver: Callable[[InboxMessage], None],
        *,
        replaces_running: bool = False,
    ) -> None:
        self._replaceable: Sequence[int] = tuple(STATUS_NAMES) if replaces_running else TERMINAL
        self._store = store
        self._clock = clock
        self._orchestrations = orchestrations
        self._deliver = deliver

    async def start(self, start: StartCommand) -> str:
        """What may be replaced is, if it has the same id; else it is in the way."""
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
        replaceable = self._replaceable if start.replaceable is None else start.replaceable
        work = partial(_start, new=new, replaceable=replaceable)
        _result_or_raise(await self._store.write(work, self._adopt_new))
        return new.id

    async def restart(self, instance_id: str, *, with_new_id: bool) -> str:
        row = await self._store.read(partial(queries.get_instance, instance_id=instance_id))
        if row is None:
            raise InstanceNotFound(instance_id)
        if row.is_live and not with_new_id:
            raise WrongState("A non-terminal instance with this instance ID already exists.")
        return await self.start(
            StartCommand(
                name=row.name,
                id="" if with_new_id else row.id,
                input=row.input,
                version=row.version,
                tags=row.tags,
            )
        )

    async def raise_event(self, instance_id: str, name: str, data: str | None) -> None:
        event = events.event_raised(self._clock.now(), name, data)
        await self._send(f"raise event {name} for", instance_id, "eventRaised", event)

    async def terminate(self, instance_id: str, output: str | None) -> None:
        event = events.terminated(self._clock.now(), output)
        await self._send("terminate", instance_id, "executionTerminated", event)

    async def suspend(self, instance_id: str, reason: str | None) -> None:
        event = events.suspended(self._clock.now(), reason)
        await self._send("suspend", instance_id, "executionSuspended", event)

    async def resume(self, instance_id: str, reason: str | None) -> None:
        event = events.resumed(self._clock.now(), reason)
        await self._send("resume", instance_id, "executionResumed", event)

    async def rewind(self, instance_id: str, reason: str | None) -> None:
        work = partial(_rewind, instance_id=instance_id, reason=reason, now=self._clock.now())
        _result_or_raise(await self._store.write(work, self._adopt_rewound))

    async def _send(self, verb: str, instance_id: str, kind: str, event: pb.HistoryEvent) -> None:
        outgoing = OutboxMessage(instance_id, kind, event.SerializeToString())
        _result_or_raise(
            await self._store.write(
                partial(_post, outgoing=outgoing, verb=verb), self._deliver_accepted
            )
        )

    def _adopt_new(self, started: tuple[LiveInstance, InboxMessage] | DurableRefusal) -> None:
        if not isinstance(started, DurableRefusal):
            instance, message = started
            self._orchestrations.adopt([instance])
            self._deliver(message)

    def _deliver_accepted(self, accepted: InboxMessage | DurableRefusal) -> None:
        if not isinstance(accepted, DurableRefusal):
            self._deliver(accepted)

    def _adopt_rewound(self, rewound: RewoundInstances | DurableRefusal) -> None:
        if not isinstance(rewound, DurableRefusal):
            self._orchestrations.adopt(rewound.instances)
            for message in rewound.messages:
                self._deliver(message)


def _result_or_raise[T](answer: T | DurableRefusal) -> T:
    """Refusals travel as values through the store: an exception would undo its neighbours."""
    if isinstance(answer, DurableRefusal):
        raise answer
    return answer


def _start(
    cursor: sqlite3.Cursor, new: NewInstance, replaceable: Sequence[int]
) -> tuple[LiveInstance, InboxMessage] | DurableRefusal:
    status = hub_rows.status_of(cursor, new.id)
    if status is not None and status not in replaceable:
        return AlreadyExists(new.id, status)
    return hub_rows.create_instance(cursor, new)


def _post(
    cursor: sqlite3.Cursor, outgoing: OutboxMessage, verb: str
) -> InboxMessage | DurableRefusal:
    status = hub_rows.status_of(cursor, outgoing.target)
    if status is None:
        return InstanceNotFound(outgoing.target)
    if status in TERMINAL:
        return AlreadyEnded(verb, outgoing.target, status)
    if verb in PAUSING:
        status = hub_rows.status_to_be(cursor, outgoing.target, status)
        if (status == SUSPENDED) == (verb == "suspend"):
            return cannot_pause(verb, outgoing.target, status)
    return hub_rows.post(cursor, outgoing)


def _rewind(
    cursor: sqlite3.Cursor, instance_id: str, reason: str | None, now: int
) -> RewoundInstances | DurableRefusal:
    status = hub_rows.status_of(cursor, instance_id)
    if status is None:
        return InstanceNotFound(instance_id)
    if status != FAILED:
        return WrongState(
            f"This orchestration has status {STATUS_NAMES[status]}, but only orchestrations in "
            'the "Failed" state can be rewound.'
        )
    return rewind_instance(cursor, instance_id, reason, now)
