"""Messages to entities: how they are addressed, and which of them an entity may take now."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable.records import InboxMessage, OutboxMessage
from devhost.durable.wire_format import optional_micros, string


class Lock(NamedTuple):
    """A critical section that holds an entity, and the instance it belongs to."""

    section: str
    owner: str


@dataclass
class EntityTurnPlan:
    """What an entity does in one turn."""

    operations: list[pb.HistoryEvent] = field(default_factory=list[pb.HistoryEvent])
    granted: list[pb.HistoryEvent] = field(default_factory=list[pb.HistoryEvent])
    taken: list[InboxMessage] = field(default_factory=list[InboxMessage])
    held: list[InboxMessage] = field(default_factory=list[InboxMessage])
    lock: Lock | None = None


def addressed(event: pb.HistoryEvent, kind: str, sender: str, execution_id: str) -> OutboxMessage:
    """The message of an orchestrator's entity action, with the sender filled in."""
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


def plan_entity_turn(inbox: Iterable[InboxMessage], lock: Lock | None) -> EntityTurnPlan:
    """Take messages in order; while a critical section holds the entity, only its owner's."""
    turn = EntityTurnPlan(lock=lock)
    waiting = deque(inbox)
    while waiting:
        message = waiting.popleft()
        event = pb.HistoryEvent.FromString(message.event)
        if not _may_take(event, message.kind, turn.lock):
            turn.held.append(message)
            continue
        turn.taken.append(message)
        if _take(turn, event, message.kind):
            waiting.extendleft(reversed(turn.held))
            turn.held.clear()
    return turn


def _may_take(event: pb.HistoryEvent, kind: str, lock: Lock | None) -> bool:
    if lock is None or kind == "entityUnlockSent":
        return True
    is_call = kind == "entityOperationCalled"
    return is_call and event.entityOperationCalled.parentInstanceId.value == lock.owner


def _take(turn: EntityTurnPlan, event: pb.HistoryEvent, kind: str) -> bool:
    """Whether this freed the entity, so that the messages held back may be looked at again."""
    if kind == "entityLockRequested":
        request = event.entityLockRequested
        turn.lock = Lock(request.criticalSectionId, request.parentInstanceId.value)
        turn.granted.append(event)
        return False
    if kind == "entityUnlockSent":
        is_freed = (
            turn.lock is not None and turn.lock.section == event.entityUnlockSent.criticalSectionId
        )
        turn.lock = None if is_freed else turn.lock
        return is_freed
    turn.operations.append(event)
    return False
