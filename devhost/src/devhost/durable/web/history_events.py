"""A history as the status query shows it: work that has ended is one entry, with both its times."""

from collections.abc import Callable, Iterable
from typing import Any

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable.web.status import payload
from devhost.durable.web.times import to_tick
from devhost.durable.wire_format import STATUS_NAMES, micros_of, optional_micros, text

type _Entry = dict[str, Any]

_IN, _OUT = "Input", "Result"
_BEGINNINGS = frozenset({"taskScheduled", "subOrchestrationInstanceCreated"})
_COMPLETIONS = frozenset({"taskCompleted", "subOrchestrationInstanceCompleted"})
_FAILURES = frozenset({"taskFailed", "subOrchestrationInstanceFailed"})
_HIDDEN = frozenset({"orchestratorStarted", "orchestratorCompleted"})
# The real host knows no events of entities: it sends and raises plain ones.
_TITLES = {
    "entityOperationCalled": "EventSent",
    "entityOperationSignaled": "EventSent",
    "entityLockRequested": "EventSent",
    "entityUnlockSent": "EventSent",
    "entityOperationCompleted": "EventRaised",
    "entityOperationFailed": "EventRaised",
    "entityLockGranted": "EventRaised",
    "executionRewound": "GenericEvent",
}


def history_json(
    history: Iterable[pb.HistoryEvent], *, has_input: bool, has_output: bool
) -> list[_Entry]:
    projection = _Projection()
    for event in history:
        projection.add(event, str(event.WhichOneof("eventType")))
    left_out = {name for name, is_wanted in ((_IN, has_input), (_OUT, has_output)) if not is_wanted}
    return [
        {name: value for name, value in entry.items() if name not in left_out}
        for entry in projection.visible
    ]


class _Projection:
    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._begun: dict[int, _Entry] = {}
        self._folded: set[int] = set()

    @property
    def visible(self) -> list[_Entry]:
        return [entry for entry in self._entries if id(entry) not in self._folded]

    def add(self, event: pb.HistoryEvent, kind: str) -> None:
        if kind in _HIDDEN:
            return
        body = getattr(event, kind)
        entry: _Entry = {"EventType": _title(kind), "Timestamp": _time(event)}
        if kind in _BEGINNINGS:
            entry["FunctionName"] = body.name
            # A retry begins again under the same id: the latest beginning is the one that ends.
            self._begun[event.eventId] = entry
        elif kind in _COMPLETIONS or kind in _FAILURES:
            entry.update(self._ended(body, kind))
        else:
            entry.update(_FIELDS[kind](body) if kind in _FIELDS else {})
        self._entries.append(entry)

    def _ended(self, body: Any, kind: str) -> _Entry:
        begun = self._begun.pop(body.taskScheduledId, None)
        if begun is None:
            begun = {"Timestamp": None, "FunctionName": None}
        else:
            self._folded.add(id(begun))
        entry: _Entry = {}
        if kind in _FAILURES:
            entry["Reason"] = body.failureDetails.errorMessage
            entry["FailureDetails"] = _failure(body.failureDetails)
        else:
            entry["Result"] = payload(text(body, "result"))
        entry["ScheduledTime"] = begun["Timestamp"]
        entry["FunctionName"] = begun["FunctionName"]
        entry["Input"] = None
        return entry


def _title(kind: str) -> str:
    return _TITLES.get(kind, kind[0].upper() + kind[1:])


def _time(event: pb.HistoryEvent) -> str:
    return to_tick(micros_of(event.timestamp))


def _started(body: pb.ExecutionStartedEvent) -> _Entry:
    scheduled = optional_micros(body, "scheduledStartTimestamp")
    return {
        "Input": text(body, "input"),
        "Correlation": None,
        "ParentTraceContext": None,
        "ScheduledStartTime": None if scheduled is None else to_tick(scheduled),
        "Generation": 0,
        "GenerateNewTrace": False,
        "FunctionName": body.name,
    }


def _completed(body: pb.ExecutionCompletedEvent) -> _Entry:
    has_failed = body.HasField("failureDetails")
    return {
        "OrchestrationStatus": STATUS_NAMES[body.orchestrationStatus],
        "Result": payload(text(body, "result")),
        "FailureDetails": _failure(body.failureDetails) if has_failed else None,
    }


def _fires(body: Any) -> _Entry:
    return {"FireAt": to_tick(micros_of(body.fireAt))}


def _raised(body: pb.EventRaisedEvent) -> _Entry:
    return {"Name": body.name, "Input": text(body, "input")}


def _sent(body: pb.EventSentEvent) -> _Entry:
    return {"InstanceId": body.instanceId, "Name": body.name, "Input": text(body, "input")}


def _reason(body: Any) -> _Entry:
    return {"Reason": text(body, "input")}


def _operation(body: Any) -> _Entry:
    target = text(body, "targetInstanceId")
    return {"InstanceId": target, "Name": body.operation, "Input": text(body, "input")}


def _failure(details: pb.TaskFailureDetails) -> _Entry:
    has_inner = details.HasField("innerFailure")
    return {
        "ErrorType": details.errorType,
        "ErrorMessage": details.errorMessage,
        "StackTrace": text(details, "stackTrace"),
        "InnerFailure": _failure(details.innerFailure) if has_inner else None,
        "IsNonRetriable": details.isNonRetriable,
    }


_FIELDS: dict[str, Callable[[Any], _Entry]] = {
    "executionStarted": _started,
    "timerCreated": _fires,
    "timerFired": _fires,
    "eventRaised": _raised,
    "eventSent": _sent,
    "executionSuspended": _reason,
    "executionResumed": _reason,
    "executionTerminated": lambda body: {"Input": text(body, "input")},
    "executionRewound": lambda body: {"Data": text(body, "reason")},
    "genericEvent": lambda body: {"Data": text(body, "data")},
    "executionCompleted": _completed,
    "entityOperationCalled": _operation,
    "entityOperationSignaled": _operation,
    "entityUnlockSent": lambda body: {
        "InstanceId": text(body, "targetInstanceId"),
        "Name": "release",
        "Input": body.criticalSectionId,
    },
    "entityLockRequested": lambda body: {
        "InstanceId": body.lockSet[body.position],
        "Name": "lock",
        "Input": body.criticalSectionId,
    },
    "entityLockGranted": lambda body: {"Name": body.criticalSectionId, "Input": None},
    "entityOperationCompleted": lambda body: {
        "Name": body.requestId,
        "Input": text(body, "output"),
    },
    "entityOperationFailed": lambda body: {
        "Name": body.requestId,
        "Input": body.failureDetails.errorMessage,
    },
}
