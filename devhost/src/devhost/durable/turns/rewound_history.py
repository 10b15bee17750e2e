"""Rewinding: a failed history as it was before its failures, ready to be replayed and go on.

What failed, and what was still open when the instance ended, is taken out, so that the replay
asks for it again. Of an activity with retries only the last try is taken out: the tries before
it, and the timers between them, are what the replay expects to meet.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable import events
from devhost.durable.wire_format import COMPLETED, FAILED, LIVE, micros_of

_ENDINGS: Mapping[str, str] = {
    "taskCompleted": "taskScheduled",
    "taskFailed": "taskScheduled",
    "timerFired": "timerCreated",
    "subOrchestrationInstanceCompleted": "subOrchestrationInstanceCreated",
    "subOrchestrationInstanceFailed": "subOrchestrationInstanceCreated",
}
_BEGINNINGS = frozenset(_ENDINGS.values())
_FAILURES = frozenset({"taskFailed", "subOrchestrationInstanceFailed"})


@dataclass(frozen=True)
class RewoundChild:
    """A sub-orchestration whose good end the parent has not seen."""

    instance_id: str
    task_id: int


@dataclass(frozen=True)
class RewoundHistory:
    history: list[bytes]
    children: list[RewoundChild]


def rewind_history(
    history: Sequence[pb.HistoryEvent],
    running: Collection[int],
    status_of: Callable[[str], int | None],
) -> RewoundHistory:
    """`running` are the tasks that will still report; `status_of` tells of sub-orchestrations."""
    beginnings, endings = _latest(history)
    children = _unfinished_children(history, beginnings, endings)
    waited_for = {child.task_id for child in children if _will_report(status_of(child.instance_id))}
    dropped = _failed_endings(history, endings)
    for (kind, task_id), index in beginnings.items():
        ending = endings.get((kind, task_id))
        is_open = ending is None or ending in dropped
        if is_open and task_id not in waited_for and not (ending is None and task_id in running):
            dropped.add(index)
    events_left = [_event_or_marker(event, index in dropped) for index, event in enumerate(history)]
    return RewoundHistory(
        history=[event.SerializeToString() for event in events_left],
        children=[child for child in children if child.task_id in waited_for],
    )


type _Positions = dict[tuple[str, int], int]


def _latest(history: Sequence[pb.HistoryEvent]) -> tuple[_Positions, _Positions]:
    """Where each piece of work last began, and where it last ended, by kind and id."""
    beginnings: _Positions = {}
    endings: _Positions = {}
    for index, event in enumerate(history):
        kind = event.WhichOneof("eventType")
        if kind in _BEGINNINGS:
            beginnings[kind, event.eventId] = index
            endings.pop((kind, event.eventId), None)
        elif kind in _ENDINGS:
            endings[_ENDINGS[kind], _task_id(event, kind)] = index
    return beginnings, endings


def _task_id(event: pb.HistoryEvent, kind: str) -> int:
    body = getattr(event, kind)
    return int(body.timerId if kind == "timerFired" else body.taskScheduledId)


def _failed_endings(history: Sequence[pb.HistoryEvent], endings: _Positions) -> set[int]:
    failed = {i for i in endings.values() if history[i].WhichOneof("eventType") in _FAILURES}
    return failed | {i for i, event in enumerate(history) if event.HasField("executionCompleted")}


def _unfinished_children(
    history: Sequence[pb.HistoryEvent], beginnings: _Positions, endings: _Positions
) -> list[RewoundChild]:
    return [
        RewoundChild(history[index].subOrchestrationInstanceCreated.instanceId, task_id)
        for (kind, task_id), index in beginnings.items()
        if kind == "subOrchestrationInstanceCreated"
        and not _has_completed(history, endings.get((kind, task_id)))
    ]


def _has_completed(history: Sequence[pb.HistoryEvent], ending: int | None) -> bool:
    return ending is not None and history[ending].HasField("subOrchestrationInstanceCompleted")


def _will_report(status: int | None) -> bool:
    """A running child will; a failed one is rewound with its parent; a completed one is heard."""
    return status in LIVE or status in (FAILED, COMPLETED)


def _event_or_marker(event: pb.HistoryEvent, is_dropped: bool) -> pb.HistoryEvent:  # noqa: FBT001
    if not is_dropped:
        return event
    kind = event.WhichOneof("eventType")
    return events.generic(micros_of(event.timestamp), event.eventId, f"Rewound: {kind}")
