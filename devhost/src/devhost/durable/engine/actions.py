"""A pure reading of the actions that an orchestrator took in one turn."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

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
from devhost.durable.turns import entity_messages
from devhost.durable.turns.decision import Decision, close, end, open_decision
from devhost.durable.wire_format import CONTINUED_AS_NEW, RUNNING, SUSPENDED, micros_of, text


class UnknownAction(Exception):
    """The orchestrator asked for something that this host does not know."""


def decide(
    instance: LiveInstance,
    batch: Sequence[InboxMessage],
    response: pb.OrchestratorResponse,
    now: int,
    seqs: Iterator[int],
) -> Decision:
    """Read the actions in the order they were taken."""
    decision = open_decision(instance, batch, now)
    if response.HasField("customStatus"):
        decision.custom_status = response.customStatus.value
    reader = _Reader(instance, decision, now, seqs)
    for action in response.actions:
        reader.read(action)
    close(decision, now)
    return decision


class _Reader:
    def __init__(
        self, instance: LiveInstance, decision: Decision, now: int, seqs: Iterator[int]
    ) -> None:
        self._instance = instance
        self._decision = decision
        self._now = now
        self._seqs = seqs
        self._kinds: dict[str, Callable[[pb.OrchestratorAction], None]] = {
            "scheduleTask": self._schedule_task,
            "createTimer": self._create_timer,
            "createSubOrchestration": self._create_child,
            "sendEvent": self._send_event,
            "sendEntityMessage": self._send_to_entity,
            "completeOrchestration": self._complete,
        }

    def read(self, action: pb.OrchestratorAction) -> None:
        kind = action.WhichOneof("orchestratorActionType")
        if kind not in self._kinds:
            raise UnknownAction(f"The local host does not know the action '{kind}'.")
        self._kinds[kind](action)

    def _remember(self, action: pb.OrchestratorAction, **kind: Any) -> pb.HistoryEvent:
        event = events.happened(self._now, action.id, **kind)
        self._decision.history.append(event.SerializeToString())
        return event

    def _schedule_task(self, action: pb.OrchestratorAction) -> None:
        task = action.scheduleTask
        scheduled = pb.TaskScheduledEvent(name=task.name, tags=task.tags)
        for name in ("version", "input", "parentTraceContext"):
            if task.HasField(name):
                getattr(scheduled, name).CopyFrom(getattr(task, name))
        self._remember(action, taskScheduled=scheduled)
        of = self._instance
        self._decision.tasks.append(
            ActivityTask(
                next(self._seqs),
                of.id,
                of.execution_id,
                action.id,
                of.root,
                task.name,
                text(task, "input"),
            )
        )

    def _create_timer(self, action: pb.OrchestratorAction) -> None:
        fire_at = action.createTimer.fireAt
        self._remember(action, timerCreated=pb.TimerCreatedEvent(fireAt=fire_at))
        due = micros_of(fire_at)
        fired = events.timer_fired(action.id, due).SerializeToString()
        of = self._instance
        self._decision.outbox.append(
            OutboxMessage(of.id, "timerFired", fired, due, of.execution_id)
        )

    def _create_child(self, action: pb.OrchestratorAction) -> None:
        child = action.createSubOrchestration
        child_id = child.instanceId or uuid.uuid4().hex
        created = pb.SubOrchestrationInstanceCreatedEvent(
            instanceId=child_id, name=child.name, tags=child.tags
        )
        for name in ("version", "input", "parentTraceContext"):
            if child.HasField(name):
                getattr(created, name).CopyFrom(getattr(child, name))
        self._remember(action, subOrchestrationInstanceCreated=created)
        of = self._instance
        has_trace = child.HasField("parentTraceContext")
        self._decision.children.append(
            NewInstance(
                id=child_id,
                execution_id=uuid.uuid4().hex,
                name=child.name,
                created=self._now,
                version=text(child, "version"),
                input=text(child, "input"),
                parent=Parent(of.id, of.execution_id, action.id),
                root=of.root,
                tags=dict(child.tags),
                trace=child.parentTraceContext.SerializeToString() if has_trace else None,
            )
        )

    def _send_event(self, action: pb.OrchestratorAction) -> None:
        send = action.sendEvent
        target, data = send.instance.instanceId, text(send, "data")
        sent = pb.EventSentEvent(
            instanceId=target, name=send.name, input=send.data if data else None
        )
        self._remember(action, eventSent=sent)
        raised = events.event_raised(self._now, send.name, data)
        self._decision.outbox.append(
            OutboxMessage(target, "eventRaised", raised.SerializeToString())
        )

    def _send_to_entity(self, action: pb.OrchestratorAction) -> None:
        message = action.sendEntityMessage
        kind = message.WhichOneof("EntityMessageType")
        event = self._remember(action, **{kind: getattr(message, kind)})
        sender = self._instance
        outgoing = entity_messages.addressed(event, kind, sender.id, sender.execution_id)
        self._decision.outbox.append(outgoing)

    def _complete(self, action: pb.OrchestratorAction) -> None:
        complete = action.completeOrchestration
        if complete.orchestrationStatus == CONTINUED_AS_NEW:
            self._continue_as_new(complete)
            return
        details = complete.failureDetails if complete.HasField("failureDetails") else None
        end(self._decision, complete.orchestrationStatus, text(complete, "result"), details)

    def _continue_as_new(self, complete: pb.CompleteOrchestrationAction) -> None:
        of = self._instance
        again = self._still_suspended()
        self._decision.status, self._decision.output = RUNNING, None
        self._decision.next_generation = NewInstance(
            id=of.id,
            execution_id=uuid.uuid4().hex,
            name=of.name,
            created=self._now,
            version=text(complete, "newVersion") or of.version,
            input=text(complete, "result"),
            parent=of.parent,
            root=of.root,
        )
        carried = [
            OutboxMessage(of.id, str(event.WhichOneof("eventType")), event.SerializeToString())
            for event in (self._timed(event) for event in complete.carryoverEvents)
        ]
        self._decision.outbox = [*carried, *again, *self._decision.outbox]

    def _still_suspended(self) -> list[OutboxMessage]:
        """A suspension that arrived in the last turn of a generation holds for the next."""
        if self._decision.status != SUSPENDED:
            return []
        event = events.suspended(self._now, self._decision.output).SerializeToString()
        return [OutboxMessage(self._instance.id, "executionSuspended", event)]

    def _timed(self, event: pb.HistoryEvent) -> pb.HistoryEvent:
        event.timestamp.FromMicroseconds(self._now)
        return event
