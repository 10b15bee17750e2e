"""The gRPC server: which call is answered by what, and how a refusal is reported."""

import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NoReturn, Self

import grpc
from durabletask.internal import orchestrator_service_pb2 as pb
from google.protobuf.empty_pb2 import Empty

from devhost.durable import refusals
from devhost.durable.hub import TaskHub
from devhost.durable.sidecar.entity_calls import EntityCalls
from devhost.durable.sidecar.instance_calls import InstanceCalls

_log = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
_SERVICE = "TaskHubSidecarService"
_MAX_REQUEST_BYTES = 4 << 20  # the real host refuses larger ones
_OPTIONS = [
    ("grpc.max_receive_message_length", _MAX_REQUEST_BYTES),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),
]

type _Call = Callable[[Any], Awaitable[Any]]
type _Context = grpc.aio.ServicerContext[Any, Any]

_CODES: dict[type[refusals.DurableRefusal], grpc.StatusCode] = {
    refusals.InstanceNotFound: grpc.StatusCode.NOT_FOUND,
    refusals.AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    refusals.AlreadyEnded: grpc.StatusCode.FAILED_PRECONDITION,
    refusals.WrongState: grpc.StatusCode.FAILED_PRECONDITION,
    refusals.InvalidId: grpc.StatusCode.INVALID_ARGUMENT,
}
# The real host does not catch what these two throw, and names the exception in these others.
_UNCAUGHT = frozenset({"SuspendInstance", "ResumeInstance"})
_NAMING = frozenset({"TerminateInstance", "RestartInstance"})


class SidecarServer:
    """Serves one hub on this machine. `SidecarServer.open` starts one."""

    def __init__(self, server: grpc.aio.Server, port: int) -> None:
        self._server = server
        self.port = port

    @classmethod
    async def open(cls, hub: TaskHub, port: int = 0) -> Self:
        """Port 0 takes a free one. Raises RuntimeError for one that is taken."""
        server = grpc.aio.server(options=_OPTIONS)
        server.add_generic_rpc_handlers((_handlers(hub),))
        bound = server.add_insecure_port(f"{_LOOPBACK}:{port}")
        await server.start()
        return cls(server, bound)

    @property
    def url(self) -> str:
        return f"http://{_LOOPBACK}:{self.port}"

    async def stop(self) -> None:
        await self._server.stop(grace=0)


def _handlers(hub: TaskHub) -> "grpc.GenericRpcHandler[Any, Any]":
    instances, entities = InstanceCalls(hub), EntityCalls(hub)
    calls: dict[str, tuple[type[Any], _Call]] = {
        "Hello": (Empty, instances.hello),
        "StartInstance": (pb.CreateInstanceRequest, instances.start_instance),
        "GetInstance": (pb.GetInstanceRequest, instances.get_instance),
        "WaitForInstanceStart": (pb.GetInstanceRequest, instances.wait_for_start),
        "WaitForInstanceCompletion": (pb.GetInstanceRequest, instances.wait_for_completion),
        "RaiseEvent": (pb.RaiseEventRequest, instances.raise_event),
        "TerminateInstance": (pb.TerminateRequest, instances.terminate),
        "SuspendInstance": (pb.SuspendRequest, instances.suspend),
        "ResumeInstance": (pb.ResumeRequest, instances.resume),
        "RewindInstance": (pb.RewindInstanceRequest, instances.rewind),
        "RestartInstance": (pb.RestartInstanceRequest, instances.restart),
        "QueryInstances": (pb.QueryInstancesRequest, instances.query),
        "PurgeInstances": (pb.PurgeInstancesRequest, instances.purge),
        "SignalEntity": (pb.SignalEntityRequest, entities.signal),
        "GetEntity": (pb.GetEntityRequest, entities.get),
        "QueryEntities": (pb.QueryEntitiesRequest, entities.query),
        "CleanEntityStorage": (pb.CleanEntityStorageRequest, entities.clean),
    }
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            _answering(name, call, hub),
            request_deserializer=request.FromString,
            response_serializer=_serialised,
        )
        for name, (request, call) in calls.items()
    }
    handlers["StreamInstanceHistory"] = grpc.unary_stream_rpc_method_handler(
        _streaming(instances.stream_history, hub),
        request_deserializer=pb.StreamInstanceHistoryRequest.FromString,
        response_serializer=_serialised,
    )
    return grpc.method_handlers_generic_handler(_SERVICE, handlers)


def _answering(name: str, call: _Call, hub: TaskHub) -> Callable[[Any, Any], Awaitable[Any]]:
    async def answer(request: Any, context: _Context) -> Any:
        await _check_hub(context, hub)
        try:
            return await call(request)
        except refusals.DurableRefusal as refusal:
            await _refuse(name, refusal, context)
        except sqlite3.Error as error:
            await _abort_with_trouble(name, hub.trouble(error), context)

    return answer


def _streaming(
    call: Callable[[Any], AsyncIterator[Any]], hub: TaskHub
) -> Callable[[Any, Any], AsyncIterator[Any]]:
    async def answer(request: Any, context: _Context) -> AsyncIterator[Any]:
        await _check_hub(context, hub)
        try:
            async for message in call(request):
                yield message
        except sqlite3.Error as error:
            await _abort_with_trouble("StreamInstanceHistory", hub.trouble(error), context)

    return answer


async def _check_hub(context: _Context, hub: TaskHub) -> None:
    """A client says which hub it means; calls of another one are not answered by ours."""
    metadata = dict(context.invocation_metadata() or ())
    wanted = str(metadata.get("taskhub") or hub.name)
    if wanted.casefold() != hub.name.casefold():
        reason = f"This host has the task hub '{hub.name}' only; a client asked for '{wanted}'."
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, reason)


async def _abort_with_trouble(name: str, reason: str, context: _Context) -> NoReturn:
    _log.error("%s: %s", name, reason)
    await context.abort(grpc.StatusCode.UNAVAILABLE, reason)


async def _refuse(name: str, refusal: refusals.DurableRefusal, context: _Context) -> NoReturn:
    details = str(refusal)
    if name in _UNCAUGHT:
        await context.abort(grpc.StatusCode.UNKNOWN, details)
    if name in _NAMING and isinstance(refusal, refusals.InstanceNotFound):
        details = f"ArgumentException: {details}"
    await context.abort(_CODES[type(refusal)], details)


def _serialised(message: Any) -> bytes:
    return bytes(message.SerializeToString())
