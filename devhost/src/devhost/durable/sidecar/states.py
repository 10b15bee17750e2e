"""Rows as the protobuf messages that clients get."""

import base64
from collections.abc import Iterable

from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable.storage.queries import EntityRow, InstanceRow
from devhost.durable.wire_format import proto_status, stamp, string

# A client refuses more than 4 MiB; a page ends before, and always holds at least one row.
_PAGE_BYTES = 3 << 20


def instance_state(row: InstanceRow, *, has_payloads: bool) -> pb.OrchestrationState:
    state = pb.OrchestrationState(
        instanceId=row.id,
        name=row.name,
        version=string(row.version),
        orchestrationStatus=proto_status(row.status),
        createdTimestamp=stamp(row.created),
        lastUpdatedTimestamp=stamp(row.updated),
        completedTimestamp=None if row.completed is None else stamp(row.completed),
        scheduledStartTimestamp=None if row.scheduled is None else stamp(row.scheduled),
        executionId=string(row.execution_id),
        parentInstanceId=string(row.parent_id),
        tags=row.tags,
    )
    if row.failure is not None:
        state.failureDetails.ParseFromString(row.failure)
    if has_payloads:
        _fill(state, row)
    return state


def entity_metadata(row: EntityRow, backlog: int, *, has_state: bool) -> pb.EntityMetadata:
    return pb.EntityMetadata(
        instanceId=row.id,
        lastModifiedTime=stamp(row.updated),
        backlogQueueSize=backlog,
        lockedBy=string(row.locked_by),
        serializedState=string(row.state) if has_state else None,
    )


def fitting[T](messages: Iterable[T], sizes: Iterable[int]) -> list[T]:
    """The first messages that together fit into one answer."""
    taken: list[T] = []
    total = 0
    for message, size in zip(messages, sizes, strict=True):
        total += size
        if taken and total > _PAGE_BYTES:
            break
        taken.append(message)
    return taken


def token_after(last_id: str) -> str:
    return base64.urlsafe_b64encode(last_id.encode()).decode("ascii")


def id_before(token: str | None) -> str:
    """The id that a continuation token stands for; the first page for one that is not ours."""
    try:
        return base64.urlsafe_b64decode(token or "").decode()
    except ValueError:
        return ""


def _fill(state: pb.OrchestrationState, row: InstanceRow) -> None:
    for field, value in (
        ("input", row.input),
        ("output", row.output),
        ("customStatus", row.custom_status),
    ):
        if value is not None:
            getattr(state, field).value = value
