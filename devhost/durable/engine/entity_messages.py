"""Messages to entities: how they are addressed, and which of them an entity may take now."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable.records import Message, OutboxMessage
from devhost.durable.wire import optional_micros, string


class Lock(NamedTuple):
    """A critical section that holds an entity, and the instance it belongs to."""

    section: str
    owner: str


@dataclass
class Plan:
    """What an entity does in one turn."""

    operations: list[pb.HistoryEvent] = field(default_factory=list[pb.HistoryEvent])
    granted: list[pb.HistoryEvent] = field(default_factory=list[pb.HistoryEvent])
    taken: list[Message] = field(default_factory=list[Message])
    held: list[Message] = field(default_factory=list[Message])
    lock: Lock | None = None


def addressed(event: pb.HistoryEvent, kind: str, sender: str, execution_id: str) -> OutboxMessage:
    """The letter of an orchestrator's entity action, with the sender filled in."""
    body = getattr(event, kind)
    due = 0
    if kind == "entityLockRequested":
        target = body.lockSet[body.position]
    else:
        target = body.targetInstanceId.value
    if kind == "entityOperationCalled":
        body.parentExecutionId.CopyFrom(string(execution_id))
    if kind in ("entityOperationCalled", "entityOperationSignaled"):
        due = optional_micros(body, "scheduledTime") or 0
    if kind in ("entityOperationCalled", "entityLockRequested"):
        body.parentInstanceId.CopyFrom(string(sender))
    return OutboxMessage(target, kind, event.SerializeToString(), due)


def plan(inbox: Iterable[Message], lock: Lock | None) -> Plan:
    """Take messages in order; while a critical section holds the entity, only its owner's."""
    made = Plan(lock=lock)
    waiting = deque(inbox)
    while waiting:
        message = waiting.popleft()
        event = pb.HistoryEvent.FromString(message.event)
        if not _may_take(event, message.kind, made.lock):
            made.held.append(message)
            continue
        made.taken.append(message)
        if _take(made, event, message.kind):
            waiting.extendleft(reversed(made.held))
            made.held.clear()
    return made


def _may_take(event: pb.HistoryEvent, kind: str, lock: Lock | None) -> bool:
    if lock is None or kind == "entityUnlockSent":
        return True
    is_call = kind == "entityOperationCalled"
    return is_call and event.entityOperationCalled.parentInstanceId.value == lock.owner


def _take(made: Plan, event: pb.HistoryEvent, kind: str) -> bool:
    """Whether this freed the entity, so that the messages held back may be looked at again."""
    if kind == "entityLockRequested":
        request = event.entityLockRequested
        made.lock = Lock(request.criticalSectionId, request.parentInstanceId.value)
        made.granted.append(event)
        return False
    if kind == "entityUnlockSent":
        is_freed = (
            made.lock is not None and made.lock.section == event.entityUnlockSent.criticalSectionId
        )
        made.lock = None if is_freed else made.lock
        return is_freed
    made.operations.append(event)
    return False
