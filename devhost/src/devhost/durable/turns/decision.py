"""What follows from one turn of an orchestrator, and how it may end."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable import events
from devhost.durable.records import (
    ActivityTask,
    InboxMessage,
    LiveInstance,
    NewInstance,
    OutboxMessage,
    Parent,
)
from devhost.durable.turns.missing_function import MISSING
from devhost.durable.wire_format import (
    COMPLETED,
    FAILED,
    PENDING,
    RUNNING,
    SUSPENDED,
    TERMINAL,
    TERMINATED,
    text,
)


@dataclass
class Decision:
    """Everything that the commit of a turn writes."""

    status: int
    history: list[bytes]
    output: str | None = None
    custom_status: str | None = None
    failure: pb.TaskFailureDetails | None = None
    tasks: list[ActivityTask] = field(default_factory=list[ActivityTask])
    outbox: list[OutboxMessage] = field(default_factory=list[OutboxMessage])
    children: list[NewInstance] = field(default_factory=list[NewInstance])
    next_generation: NewInstance | None = None

    @property
    def is_terminal(self) -> bool:
        return self.status in TERMINAL


def failed(
    instance: LiveInstance, batch: Sequence[InboxMessage], details: pb.TaskFailureDetails, now: int
) -> Decision:
    """The instance fails by the host's word; its code is not run."""
    decision = open_decision(instance, batch, now)
    end(decision, FAILED, None, details)
    close(decision, now)
    return decision


def terminated(instance: LiveInstance, batch: Sequence[InboxMessage], now: int) -> Decision:
    """A terminated instance ends at once, even if its code is gone or hangs."""
    event = next(message.event for message in batch if message.kind == "executionTerminated")
    decision = open_decision(instance, batch, now)
    output = text(pb.HistoryEvent.FromString(event).executionTerminated, "input")
    end(decision, TERMINATED, output, None)
    close(decision, now)
    return decision


def message_to_parent(parent: Parent, decision: Decision, now: int) -> OutboxMessage:
    """What the parent hears of a sub-orchestration that has ended."""
    if decision.status == COMPLETED:
        event = events.child_completed(now, parent.task_id, decision.output)
        kind = "subOrchestrationInstanceCompleted"
    else:
        details = decision.failure or _termination(decision.output)
        event = events.child_failed(now, parent.task_id, details)
        kind = "subOrchestrationInstanceFailed"
    return OutboxMessage(
        parent.instance_id, kind, event.SerializeToString(), execution_id=parent.execution_id
    )


def turn_events(batch: Sequence[InboxMessage], now: int) -> list[bytes]:
    """The new events of a turn, as the orchestrator and its history see them."""
    started = events.orchestrator_started(now).SerializeToString()
    return [started, *(message.event for message in batch)]


def open_decision(instance: LiveInstance, batch: Sequence[InboxMessage], now: int) -> Decision:
    status, output = _suspension(instance, batch)
    return Decision(
        status=status,
        output=output,
        custom_status=instance.custom_status,
        history=turn_events(batch, now),
    )


def _suspension(instance: LiveInstance, batch: Sequence[InboxMessage]) -> tuple[int, str | None]:
    """The status that suspending and resuming leaves; a suspended one shows the reason."""
    status = RUNNING if instance.status == PENDING else instance.status
    output = None
    for message in batch:
        if message.kind == "executionSuspended":
            event = pb.HistoryEvent.FromString(message.event)
            status, output = SUSPENDED, text(event.executionSuspended, "input")
        elif message.kind == "executionResumed":
            status, output = RUNNING, None
    return status, output


def end(
    decision: Decision, status: int, output: str | None, details: pb.TaskFailureDetails | None
) -> None:
    decision.status, decision.output = status, output
    if status == FAILED:
        decision.failure = details or pb.TaskFailureDetails(errorType="OrchestrationFailed")
        decision.output = output or failure_text(decision.failure)


def failure_text(details: pb.TaskFailureDetails) -> str:
    """A failure as a status shows it, as the real host does; but never empty."""
    if details.errorType == MISSING:
        return json.dumps({"message": details.errorMessage})
    parts = [part for part in (details.errorType, details.errorMessage) if part]
    return ": ".join(parts) or "The orchestrator failed without a message."


def close(decision: Decision, now: int) -> None:
    if decision.is_terminal:
        ending = events.execution_completed(now, decision.status, decision.output, decision.failure)
        decision.history.append(ending.SerializeToString())
    decision.history.append(events.orchestrator_completed(now).SerializeToString())


def _termination(output: str | None) -> pb.TaskFailureDetails:
    message = output or "The sub-orchestration was terminated."
    return pb.TaskFailureDetails(errorType="Terminated", errorMessage=message)
