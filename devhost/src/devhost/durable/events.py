"""The history events that the host itself writes, each with its true time."""

from typing import Any

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable.wire_format import FAILED, proto_status, stamp, string
from devhost.durable_functions import ActivityFailure, ActivityResult


def orchestrator_started(now: int) -> pb.HistoryEvent:
    return _event(now, orchestratorStarted=pb.OrchestratorStartedEvent())


def orchestrator_completed(now: int) -> pb.HistoryEvent:
    return _event(now, orchestratorCompleted=pb.OrchestratorCompletedEvent())


def task_ended(now: int, task_id: int, result: ActivityResult) -> pb.HistoryEvent:
    if result.failure is None:
        completed = pb.TaskCompletedEvent(taskScheduledId=task_id, result=string(result.output))
        return _event(now, taskCompleted=completed)
    details = activity_failure(result.failure)
    return _event(
        now, taskFailed=pb.TaskFailedEvent(taskScheduledId=task_id, failureDetails=details)
    )


def activity_failure(failure: ActivityFailure) -> pb.TaskFailureDetails:
    return pb.TaskFailureDetails(
        errorType=failure.error_type,
        errorMessage=failure.message,
        stackTrace=string(failure.stack_trace or None),
        isNonRetriable=failure.is_non_retriable,
    )


def timer_fired(timer_id: int, fire_at: int) -> pb.HistoryEvent:
    fired = pb.TimerFiredEvent(fireAt=stamp(fire_at), timerId=timer_id)
    return _event(fire_at, timerFired=fired)


def child_completed(now: int, task_id: int, output: str | None) -> pb.HistoryEvent:
    completed = pb.SubOrchestrationInstanceCompletedEvent(
        taskScheduledId=task_id, result=string(output)
    )
    return _event(now, subOrchestrationInstanceCompleted=completed)


def child_failed(now: int, task_id: int, details: pb.TaskFailureDetails) -> pb.HistoryEvent:
    failed = pb.SubOrchestrationInstanceFailedEvent(taskScheduledId=task_id, failureDetails=details)
    return _event(now, subOrchestrationInstanceFailed=failed)


def event_raised(now: int, name: str, data: str | None) -> pb.HistoryEvent:
    return _event(now, eventRaised=pb.EventRaisedEvent(name=name, input=string(data)))


def suspended(now: int, reason: str | None) -> pb.HistoryEvent:
    return _event(now, executionSuspended=pb.ExecutionSuspendedEvent(input=string(reason)))


def resumed(now: int, reason: str | None) -> pb.HistoryEvent:
    return _event(now, executionResumed=pb.ExecutionResumedEvent(input=string(reason)))


def terminated(now: int, output: str | None) -> pb.HistoryEvent:
    return _event(now, executionTerminated=pb.ExecutionTerminatedEvent(input=string(output)))


def rewound(now: int, reason: str | None) -> pb.HistoryEvent:
    return _event(now, executionRewound=pb.ExecutionRewoundEvent(reason=string(reason)))


def generic(now: int, event_id: int, data: str) -> pb.HistoryEvent:
    event = _event(now, genericEvent=pb.GenericEvent(data=string(data)))
    event.eventId = event_id
    return event


def execution_completed(
    now: int, status: int, output: str | None, details: pb.TaskFailureDetails | None
) -> pb.HistoryEvent:
    completed = pb.ExecutionCompletedEvent(
        orchestrationStatus=proto_status(status),
        result=string(output),
        failureDetails=details if status == FAILED else None,
    )
    return _event(now, executionCompleted=completed)


def lock_granted(now: int, section: str) -> pb.HistoryEvent:
    return _event(now, entityLockGranted=pb.EntityLockGrantedEvent(criticalSectionId=section))


def unlock(now: int, section: str, owner: str, entity_id: str) -> pb.HistoryEvent:
    sent = pb.EntityUnlockSentEvent(
        criticalSectionId=section,
        parentInstanceId=string(owner),
        targetInstanceId=string(entity_id),
    )
    return _event(now, entityUnlockSent=sent)


def operation_signaled(
    now: int, request_id: str, operation: str, data: str | None, entity_id: str
) -> pb.HistoryEvent:
    signaled = pb.EntityOperationSignaledEvent(
        requestId=request_id,
        operation=operation,
        input=string(data),
        targetInstanceId=string(entity_id),
    )
    return _event(now, entityOperationSignaled=signaled)


def operation_completed(now: int, request_id: str, output: str | None) -> pb.HistoryEvent:
    completed = pb.EntityOperationCompletedEvent(requestId=request_id, output=string(output))
    return _event(now, entityOperationCompleted=completed)


def operation_failed(now: int, request_id: str, details: pb.TaskFailureDetails) -> pb.HistoryEvent:
    failed = pb.EntityOperationFailedEvent(requestId=request_id, failureDetails=details)
    return _event(now, entityOperationFailed=failed)


def _event(now: int, **kind: Any) -> pb.HistoryEvent:
    return pb.HistoryEvent(eventId=-1, timestamp=stamp(now), **kind)


def happened(now: int, event_id: int, **kind: Any) -> pb.HistoryEvent:
    """The event that confirms an orchestrator's action of the same id."""
    return pb.HistoryEvent(eventId=event_id, timestamp=stamp(now), **kind)
