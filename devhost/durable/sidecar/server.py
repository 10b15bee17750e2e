"""The gRPC server: which call is answered by what, and how a refusal is told."""

import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, NoReturn

import grpc
from durabletask.internal import orchestrator_service_pb2 as pb
from google.protobuf.empty_pb2 import Empty

from devhost.durable import refusals
from devhost.durable.sidecar.entities import EntityCalls
from devhost.durable.sidecar.instances import InstanceCalls

if TYPE_CHECKING:
    from devhost.durable.hub import TaskHub

_log = logging.getLogger(__name__)

_SERVICE = "TaskHubSidecarService"
_MAX_REQUEST_BYTES = 4 << 20  # the real host refuses larger ones
_OPTIONS = [
    ("grpc.max_receive_message_length", _MAX_REQUEST_BYTES),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),
]

type _Call = Callable[[Any], Awaitable[Any]]
type _Context = grpc.aio.ServicerContext[Any, Any]

_CODES: dict[type[refusals.Refusal], grpc.StatusCode] = {
    refusals.NotFound: grpc.StatusCode.NOT_FOUND,
    refusals.AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    refusals.AlreadyEnded: grpc.StatusCode.FAILED_PRECONDITION,
    refusals.WrongState: grpc.StatusCode.FAILED_PRECONDITION,
    refusals.InvalidId: grpc.StatusCode.INVALID_ARGUMENT,
}
# The real host does not catch what these two throw, and names the exception in these others.
_UNCAUGHT = frozenset({"SuspendInstance", "ResumeInstance"})
_NAMING = frozenset({"TerminateInstance", "RestartInstance"})


class SidecarServer:
    def __init__(self, hub: "TaskHub", port: int) -> None:
        self.port = port
        self._hub = hub

    async def start(self) -> None:
        self._server = grpc.aio.server(options=_OPTIONS)
        self._server.add_generic_rpc_handlers((_handlers(self._hub),))
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(grace=0)


def _handlers(hub: "TaskHub") -> "grpc.GenericRpcHandler[Any, Any]":
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


def _answering(name: str, call: _Call, hub: "TaskHub") -> Callable[[Any, Any], Awaitable[Any]]:
    async def answer(request: Any, context: _Context) -> Any:
        await _check_hub(context, hub)
        try:
            return await call(request)
        except refusals.Refusal as refusal:
            await _refuse(name, refusal, context)
        except sqlite3.Error as error:
            await _tell_trouble(name, hub.trouble(error), context)

    return answer


def _streaming(
    call: Callable[[Any], AsyncIterator[Any]], hub: "TaskHub"
) -> Callable[[Any, Any], AsyncIterator[Any]]:
    async def answer(request: Any, context: _Context) -> AsyncIterator[Any]:
        await _check_hub(context, hub)
        try:
            async for message in call(request):
                yield message
        except sqlite3.Error as error:
            await _tell_trouble("StreamInstanceHistory", hub.trouble(error), context)

    return answer


async def _check_hub(context: _Context, hub: "TaskHub") -> None:
    """A client says which hub it means; what is asked of another one is not answered by ours."""
    metadata = dict(context.invocation_metadata() or ())
    asked = str(metadata.get("taskhub") or hub.name)
    if asked.casefold() != hub.name.casefold():
        told = f"This host has the task hub '{hub.name}' only; a client asked for '{asked}'."
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, told)


async def _tell_trouble(name: str, told: str, context: _Context) -> NoReturn:
    _log.error("%s: %s", name, told)
    await context.abort(grpc.StatusCode.UNAVAILABLE, told)


async def _refuse(name: str, refusal: refusals.Refusal, context: _Context) -> NoReturn:
    details = str(refusal)
    if name in _UNCAUGHT:
        await context.abort(grpc.StatusCode.UNKNOWN, details)
    if name in _NAMING and isinstance(refusal, refusals.NotFound):
        details = f"ArgumentException: {details}"
    await context.abort(_CODES[type(refusal)], details)


def _serialised(message: Any) -> bytes:
    return bytes(message.SerializeToString())
