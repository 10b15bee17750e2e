"""One batch of an entity's operations: the request, and what its result asks of the world."""

import base64
import uuid
from collections.abc import Sequence

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable import events
from devhost.durable.records import NewInstance, OutboxMessage
from devhost.durable.wire_format import optional_micros, string, text


def entity_name(entity_id: str) -> str:
    return entity_id.split("@", 2)[1]


def request(entity_id: str, state: str | None, operations: Sequence[pb.HistoryEvent]) -> str:
    batch = pb.EntityBatchRequest(
        instanceId=entity_id,
        entityState=string(state),
        operations=[_operation(event) for event in operations],
    )
    return base64.b64encode(batch.SerializeToString()).decode("ascii")


def result(answer: str, operations: int) -> pb.EntityBatchResult:
    batch = pb.EntityBatchResult.FromString(base64.b64decode(answer))
    if len(batch.results) != operations:
        reason = batch.failureDetails.errorMessage or "no reason given"
        raise ValueError(f"{len(batch.results)} of {operations} operations have a result: {reason}")
    return batch


def failed_result(
    state: str | None, operations: Sequence[pb.HistoryEvent], error_type: str, message: str
) -> pb.EntityBatchResult:
    """Every operation failed for the same reason, and the state is as it was."""
    details = pb.TaskFailureDetails(errorType=error_type, errorMessage=message)
    failure = pb.OperationResult(failure=pb.OperationResultFailure(failureDetails=details))
    return pb.EntityBatchResult(results=[failure] * len(operations), entityState=string(state))


def answers(
    operations: Sequence[pb.HistoryEvent], batch: pb.EntityBatchResult, now: int
) -> list[OutboxMessage]:
    """What the callers hear; a signal has nobody who listens."""
    pairs = zip(operations, batch.results, strict=True)
    return [
        _answer(event.entityOperationCalled, outcome, now)
        for event, outcome in pairs
        if event.HasField("entityOperationCalled")
    ]


def grants(granted: Sequence[pb.HistoryEvent], now: int) -> list[OutboxMessage]:
    """Pass each lock request on to its next entity, or tell its owner that it holds them all."""
    return [_grant(event, now) for event in granted]


def signals(batch: pb.EntityBatchResult, now: int) -> list[OutboxMessage]:
    sent = (action.sendSignal for action in batch.actions if action.HasField("sendSignal"))
    return [
        OutboxMessage(
            signal.instanceId,
            "entityOperationSignaled",
            events.operation_signaled(
                now, str(uuid.uuid4()), signal.name, text(signal, "input"), signal.instanceId
            ).SerializeToString(),
            optional_micros(signal, "scheduledTime") or 0,
        )
        for signal in sent
    ]


def starts(batch: pb.EntityBatchResult, now: int) -> list[NewInstance]:
    wanted = (
        action.startNewOrchestration
        for action in batch.actions
        if action.HasField("startNewOrchestration")
    )
    return [
        NewInstance(
            id=start.instanceId or uuid.uuid4().hex,
            execution_id=uuid.uuid4().hex,
            name=start.name,
            created=now,
            version=text(start, "version"),
            input=text(start, "input"),
            due=optional_micros(start, "scheduledTime") or 0,
        )
        for start in wanted
    ]


def _operation(event: pb.HistoryEvent) -> pb.OperationRequest:
    body = getattr(event, event.WhichOneof("eventType"))
    return pb.OperationRequest(
        operation=body.operation,
        requestId=body.requestId,
        input=body.input if body.HasField("input") else None,
    )


def _answer(
    call: pb.EntityOperationCalledEvent, outcome: pb.OperationResult, now: int
) -> OutboxMessage:
    if outcome.HasField("success"):
        output = text(outcome.success, "result")
        event = events.operation_completed(now, call.requestId, output)
        kind = "entityOperationCompleted"
    else:
        event = events.operation_failed(now, call.requestId, outcome.failure.failureDetails)
        kind = "entityOperationFailed"
    caller, generation = call.parentInstanceId.value, text(call, "parentExecutionId")
    return OutboxMessage(caller, kind, event.SerializeToString(), execution_id=generation)


def _grant(event: pb.HistoryEvent, now: int) -> OutboxMessage:
    lock = event.entityLockRequested
    if lock.position + 1 == len(lock.lockSet):
        granted = events.lock_granted(now, lock.criticalSectionId)
        return OutboxMessage(
            lock.parentInstanceId.value, "entityLockGranted", granted.SerializeToString()
        )
    onward = pb.HistoryEvent()
    onward.CopyFrom(event)
    onward.entityLockRequested.position += 1
    target = lock.lockSet[lock.position + 1]
    return OutboxMessage(target, "entityLockRequested", onward.SerializeToString())
