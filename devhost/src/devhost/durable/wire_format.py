"""The protobuf that the Durable SDK speaks: statuses, times, and histories in wire form."""

import base64
import time
from collections.abc import Iterable
from typing import cast

from durabletask.internal import orchestrator_service_pb2 as pb
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.protobuf.wrappers_pb2 import StringValue

RUNNING: int = pb.ORCHESTRATION_STATUS_RUNNING
COMPLETED: int = pb.ORCHESTRATION_STATUS_COMPLETED
CONTINUED_AS_NEW: int = pb.ORCHESTRATION_STATUS_CONTINUED_AS_NEW
FAILED: int = pb.ORCHESTRATION_STATUS_FAILED
CANCELED: int = pb.ORCHESTRATION_STATUS_CANCELED
TERMINATED: int = pb.ORCHESTRATION_STATUS_TERMINATED
PENDING: int = pb.ORCHESTRATION_STATUS_PENDING
SUSPENDED: int = pb.ORCHESTRATION_STATUS_SUSPENDED

LIVE = (RUNNING, PENDING, SUSPENDED)
TERMINAL = (COMPLETED, FAILED, CANCELED, TERMINATED)
STATUS_NAMES: dict[int, str] = {
    RUNNING: "Running",
    COMPLETED: "Completed",
    CONTINUED_AS_NEW: "ContinuedAsNew",
    FAILED: "Failed",
    CANCELED: "Canceled",
    TERMINATED: "Terminated",
    PENDING: "Pending",
    SUSPENDED: "Suspended",
}

# An OrchestratorRequest is its fields one after the other, so events that were framed once as
# `pastEvents` (field 3) can be put together again without being parsed.
_PAST_EVENT = bytes([3 << 3 | 2])
_NEW_EVENT = bytes([4 << 3 | 2])


def proto_status(status: int) -> pb.OrchestrationStatus:
    return cast("pb.OrchestrationStatus", status)


class EngineClock:
    """Microseconds since 1970 in UTC; never goes back, whatever the machine's clock does."""

    def __init__(self) -> None:
        self._last = 0

    def now(self) -> int:
        self._last = max(self._last, time.time_ns() // 1000)
        return self._last


def stamp(micros: int) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromMicroseconds(micros)
    return timestamp


def micros_of(timestamp: Timestamp) -> int:
    return timestamp.ToMicroseconds()


def optional_micros(message: Message, field: str) -> int | None:
    return micros_of(getattr(message, field)) if message.HasField(field) else None


def text(message: Message, field: str) -> str | None:
    """The text of a StringValue field, or None when it is not there."""
    return str(getattr(message, field).value) if message.HasField(field) else None


def string(value: str | None) -> StringValue | None:
    return None if value is None else StringValue(value=value)


def past(events: Iterable[bytes]) -> bytes:
    """Serialised events as a piece of history; pieces can be concatenated at will."""
    return b"".join(_framed(_PAST_EVENT, event) for event in events)


def events_of(history: bytes) -> list[pb.HistoryEvent]:
    return list(pb.OrchestratorRequest.FromString(history).pastEvents)


def orchestrator_request(
    instance_id: str, execution_id: str, history: bytes | bytearray, new_events: Iterable[bytes]
) -> str:
    """The base64 text that an orchestrator function is called with."""
    head = pb.OrchestratorRequest(instanceId=instance_id, executionId=string(execution_id))
    fresh = b"".join(_framed(_NEW_EVENT, event) for event in new_events)
    body = b"".join((head.SerializeToString(), history, fresh))
    return base64.b64encode(body).decode("ascii")


def orchestrator_response(answer: str) -> pb.OrchestratorResponse:
    return pb.OrchestratorResponse.FromString(base64.b64decode(answer))


def _framed(tag: bytes, event: bytes) -> bytes:
    return tag + _varint(len(event)) + event


def _varint(number: int) -> bytes:
    digits = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - a varint carries seven bits a byte
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number)
    return bytes(digits)
