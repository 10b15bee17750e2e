"""The calls about instances."""

from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING

from durabletask.internal import orchestrator_service_pb2 as pb
from google.protobuf.empty_pb2 import Empty

from devhost.durable import purging
from devhost.durable.commands import Start
from devhost.durable.refusals import NotFound
from devhost.durable.sidecar import states
from devhost.durable.storage import queries
from devhost.durable.storage.queries import InstanceFilter, InstanceRow
from devhost.durable.wire import (
    PENDING,
    STATUS_NAMES,
    TERMINAL,
    events_of,
    optional_micros,
    text,
)

if TYPE_CHECKING:
    from devhost.durable.hub import TaskHub

_PAGE = 500  # instances a page when the client does not say
_CHUNK = 200  # history events a chunk
_STARTED = frozenset(STATUS_NAMES) - {PENDING}
_ENDED = frozenset(TERMINAL)


class InstanceCalls:
    def __init__(self, hub: "TaskHub") -> None:
        self._hub = hub

    async def hello(self, _: Empty) -> Empty:
        return Empty()

    async def start_instance(self, asked: pb.CreateInstanceRequest) -> pb.CreateInstanceResponse:
        has_trace = asked.HasField("parentTraceContext")
        replaceable: tuple[int, ...] = TERMINAL
        if asked.HasField("orchestrationIdReusePolicy"):
            replaceable = tuple(asked.orchestrationIdReusePolicy.replaceableStatus)
        start = Start(
            name=asked.name,
            id=asked.instanceId,
            input=text(asked, "input"),
            version=text(asked, "version"),
            due=optional_micros(asked, "scheduledStartTimestamp") or 0,
            tags=dict(asked.tags),
            trace=asked.parentTraceContext.SerializeToString() if has_trace else None,
            replaceable=replaceable,
        )
        return pb.CreateInstanceResponse(instanceId=await self._hub.commands.start(start))

    async def get_instance(self, asked: pb.GetInstanceRequest) -> pb.GetInstanceResponse:
        return _got(await self._hub.instance(asked.instanceId), asked)

    async def wait_for_start(self, asked: pb.GetInstanceRequest) -> pb.GetInstanceResponse:
        return _got(await self._hub.wait(asked.instanceId, _STARTED), asked)

    async def wait_for_completion(self, asked: pb.GetInstanceRequest) -> pb.GetInstanceResponse:
        return _got(await self._hub.wait(asked.instanceId, _ENDED), asked)

    async def raise_event(self, asked: pb.RaiseEventRequest) -> pb.RaiseEventResponse:
        await self._hub.commands.raise_event(asked.instanceId, asked.name, text(asked, "input"))
        return pb.RaiseEventResponse()

    async def terminate(self, asked: pb.TerminateRequest) -> pb.TerminateResponse:
        """`recursive` is not honoured, as on the real host: children are instances of their own."""
        await self._hub.commands.terminate(asked.instanceId, text(asked, "output"))
        return pb.TerminateResponse()

    async def suspend(self, asked: pb.SuspendRequest) -> pb.SuspendResponse:
        await self._hub.commands.suspend(asked.instanceId, text(asked, "reason"))
        return pb.SuspendResponse()

    async def resume(self, asked: pb.ResumeRequest) -> pb.ResumeResponse:
        await self._hub.commands.resume(asked.instanceId, text(asked, "reason"))
        return pb.ResumeResponse()

    async def rewind(self, asked: pb.RewindInstanceRequest) -> pb.RewindInstanceResponse:
        await self._hub.commands.rewind(asked.instanceId, text(asked, "reason"))
        return pb.RewindInstanceResponse()

    async def restart(self, asked: pb.RestartInstanceRequest) -> pb.RestartInstanceResponse:
        new_id = await self._hub.commands.restart(
            asked.instanceId, with_new_id=asked.restartWithNewInstanceId
        )
        return pb.RestartInstanceResponse(instanceId=new_id)

    async def query(self, asked: pb.QueryInstancesRequest) -> pb.QueryInstancesResponse:
        wanted = asked.query
        limit = wanted.maxInstanceCount or _PAGE
        after = states.id_before(text(wanted, "continuationToken"))
        chosen = InstanceFilter(
            statuses=tuple(wanted.runtimeStatus),
            created_from=optional_micros(wanted, "createdTimeFrom"),
            created_to=optional_micros(wanted, "createdTimeTo"),
            prefix=text(wanted, "instanceIdPrefix") or "",
        )
        rows = await self._hub.store.read(
            partial(queries.list_instances, wanted=chosen, limit=limit, after=after)
        )
        found = [
            states.instance_state(row, has_payloads=wanted.fetchInputsAndOutputs) for row in rows
        ]
        page = states.fitting(found, (state.ByteSize() for state in found))
        response = pb.QueryInstancesResponse(orchestrationState=page)
        if len(page) < len(found) or len(found) == limit:
            response.continuationToken.value = states.token_after(page[-1].instanceId)
        return response

    async def purge(self, asked: pb.PurgeInstancesRequest) -> pb.PurgeInstancesResponse:
        """`recursive` is not honoured, as on the real host."""
        deleted = await self._purged(asked)
        response = pb.PurgeInstancesResponse(deletedInstanceCount=deleted)
        response.isComplete.value = True
        return response

    async def stream_history(
        self, asked: pb.StreamInstanceHistoryRequest
    ) -> AsyncIterator[pb.HistoryChunk]:
        history = await self._hub.store.read(
            partial(queries.get_history, instance_id=asked.instanceId)
        )
        events = events_of(history)
        while events:
            chunk = states.fitting(events[:_CHUNK], (e.ByteSize() for e in events[:_CHUNK]))
            yield pb.HistoryChunk(events=chunk)
            del events[: len(chunk)]

    async def _purged(self, asked: pb.PurgeInstancesRequest) -> int:
        kind = asked.WhichOneof("request")
        if kind == "purgeInstanceFilter":
            return await purging.purge_matching(
                self._hub.store,
                InstanceFilter(
                    statuses=tuple(asked.purgeInstanceFilter.runtimeStatus),
                    created_from=optional_micros(asked.purgeInstanceFilter, "createdTimeFrom"),
                    created_to=optional_micros(asked.purgeInstanceFilter, "createdTimeTo"),
                ),
            )
        ids = asked.instanceBatch.instanceIds if kind == "instanceBatch" else [asked.instanceId]
        deleted = 0
        for instance_id in ids:
            deleted += await self._purged_one(instance_id)
        return deleted

    async def _purged_one(self, instance_id: str) -> int:
        try:
            await purging.purge(self._hub.store, instance_id)
        except NotFound:
            return 0
        return 1


def _got(row: InstanceRow | None, asked: pb.GetInstanceRequest) -> pb.GetInstanceResponse:
    if row is None:
        return pb.GetInstanceResponse(exists=False)
    state = states.instance_state(row, has_payloads=asked.getInputsAndOutputs)
    return pb.GetInstanceResponse(exists=True, orchestrationState=state)
