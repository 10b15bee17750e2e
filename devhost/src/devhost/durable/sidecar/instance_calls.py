"""The calls about instances."""

from collections.abc import AsyncIterator
from functools import partial

from durabletask.internal import orchestrator_service_pb2 as pb
from google.protobuf.empty_pb2 import Empty

from devhost.durable import purging
from devhost.durable.commands import StartCommand
from devhost.durable.hub import TaskHub
from devhost.durable.refusals import InstanceNotFound
from devhost.durable.sidecar import states
from devhost.durable.storage import queries
from devhost.durable.storage.queries import InstanceFilter, InstanceRow
from devhost.durable.wire_format import (
    PENDING,
    STATUS_NAMES,
    TERMINAL,
    events_of,
    optional_micros,
    text,
)

_PAGE = 500  # instances a page when the client does not say
_CHUNK = 200  # history events a chunk
_STARTED = frozenset(STATUS_NAMES) - {PENDING}
_ENDED = frozenset(TERMINAL)


class InstanceCalls:
    def __init__(self, hub: TaskHub) -> None:
        self._hub = hub

    async def hello(self, _: Empty) -> Empty:
        return Empty()

    async def start_instance(self, request: pb.CreateInstanceRequest) -> pb.CreateInstanceResponse:
        has_trace = request.HasField("parentTraceContext")
        replaceable: tuple[int, ...] | None = None
        if request.HasField("orchestrationIdReusePolicy"):
            replaceable = tuple(request.orchestrationIdReusePolicy.replaceableStatus)
        start = StartCommand(
            name=request.name,
            id=request.instanceId,
            input=text(request, "input"),
            version=text(request, "version"),
            due=optional_micros(request, "scheduledStartTimestamp") or 0,
            tags=dict(request.tags),
            trace=request.parentTraceContext.SerializeToString() if has_trace else None,
            replaceable=replaceable,
        )
        return pb.CreateInstanceResponse(instanceId=await self._hub.commands.start(start))

    async def get_instance(self, request: pb.GetInstanceRequest) -> pb.GetInstanceResponse:
        return _instance_response(await self._hub.instance(request.instanceId), request)

    async def wait_for_start(self, request: pb.GetInstanceRequest) -> pb.GetInstanceResponse:
        return _instance_response(await self._hub.wait(request.instanceId, _STARTED), request)

    async def wait_for_completion(self, request: pb.GetInstanceRequest) -> pb.GetInstanceResponse:
        return _instance_response(await self._hub.wait(request.instanceId, _ENDED), request)

    async def raise_event(self, request: pb.RaiseEventRequest) -> pb.RaiseEventResponse:
        await self._hub.commands.raise_event(
            request.instanceId, request.name, text(request, "input")
        )
        return pb.RaiseEventResponse()

    async def terminate(self, request: pb.TerminateRequest) -> pb.TerminateResponse:
        """`recursive` is not honoured, as on the real host: children are instances of their own."""
        await self._hub.commands.terminate(request.instanceId, text(request, "output"))
        return pb.TerminateResponse()

    async def suspend(self, request: pb.SuspendRequest) -> pb.SuspendResponse:
        await self._hub.commands.suspend(request.instanceId, text(request, "reason"))
        return pb.SuspendResponse()

    async def resume(self, request: pb.ResumeRequest) -> pb.ResumeResponse:
        await self._hub.commands.resume(request.instanceId, text(request, "reason"))
        return pb.ResumeResponse()

    async def rewind(self, request: pb.RewindInstanceRequest) -> pb.RewindInstanceResponse:
        await self._hub.commands.rewind(request.instanceId, text(request, "reason"))
        return pb.RewindInstanceResponse()

    async def restart(self, request: pb.RestartInstanceRequest) -> pb.RestartInstanceResponse:
        new_id = await self._hub.commands.restart(
            request.instanceId, with_new_id=request.restartWithNewInstanceId
        )
        return pb.RestartInstanceResponse(instanceId=new_id)

    async def query(self, request: pb.QueryInstancesRequest) -> pb.QueryInstancesResponse:
        wanted = request.query
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

    async def purge(self, request: pb.PurgeInstancesRequest) -> pb.PurgeInstancesResponse:
        """`recursive` is not honoured, as on the real host."""
        deleted = await self._purge(request)
        response = pb.PurgeInstancesResponse(deletedInstanceCount=deleted)
        response.isComplete.value = True
        return response

    async def stream_history(
        self, request: pb.StreamInstanceHistoryRequest
    ) -> AsyncIterator[pb.HistoryChunk]:
        history = await self._hub.store.read(
            partial(queries.get_history, instance_id=request.instanceId)
        )
        events = events_of(history)
        while events:
            chunk = states.fitting(events[:_CHUNK], (e.ByteSize() for e in events[:_CHUNK]))
            yield pb.HistoryChunk(events=chunk)
            del events[: len(chunk)]

    async def _purge(self, request: pb.PurgeInstancesRequest) -> int:
        kind = request.WhichOneof("request")
        if kind == "purgeInstanceFilter":
            return await purging.purge_matching(
                self._hub.store,
                InstanceFilter(
                    statuses=tuple(request.purgeInstanceFilter.runtimeStatus),
                    created_from=optional_micros(request.purgeInstanceFilter, "createdTimeFrom"),
                    created_to=optional_micros(request.purgeInstanceFilter, "createdTimeTo"),
                ),
            )
        ids = request.instanceBatch.instanceIds if kind == "instanceBatch" else [request.instanceId]
        deleted = 0
        for instance_id in ids:
            deleted += await self._purge_one(instance_id)
        return deleted

    async def _purge_one(self, instance_id: str) -> int:
        try:
            await purging.purge(self._hub.store, instance_id)
        except InstanceNotFound:
            return 0
        return 1


def _instance_response(
    row: InstanceRow | None, request: pb.GetInstanceRequest
) -> pb.GetInstanceResponse:
    if row is None:
        return pb.GetInstanceResponse(exists=False)
    state = states.instance_state(row, has_payloads=request.getInputsAndOutputs)
    return pb.GetInstanceResponse(exists=True, orchestrationState=state)
