# ruff: noqa: INP001  # a Functions app is a folder, not a package
"""Entities: signalled by clients, called by orchestrations, locked by two at once."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
import azure.functions as func

bp = df.Blueprint()

type Steps = Generator[Any, Any, Any]


@bp.entity_trigger(context_name="context", entity_name="Counter")  # type: ignore[arg-type]  # both SDKs' style
def counter(context: df.DurableEntityContext) -> None:
    value = context.get_state(lambda: 0)
    if context.operation_name == "add":
        value += context.get_input()
    elif context.operation_name == "fail":
        raise ValueError("a counter that fails")
    context.set_state(value)
    context.set_result(value)


@bp.orchestration_trigger(context_name="context", orchestration="Count")  # type: ignore[arg-type]  # both SDKs' style
def count(context: df.DurableOrchestrationContext) -> Steps:
    entity = df.EntityId("Counter", context.instance_id)
    for number in context.get_input():
        yield context.call_entity(entity, "add", number)
    total = yield context.call_entity(entity, "get")
    return total


@bp.orchestration_trigger(context_name="context", orchestration="CountAndFail")  # type: ignore[arg-type]  # both SDKs' style
def count_and_fail(context: df.DurableOrchestrationContext) -> Steps:
    """An entity that fails keeps its state, and can be called again."""
    entity = df.EntityId("Counter", context.instance_id)
    yield context.call_entity(entity, "add", 5)
    try:
        yield context.call_entity(entity, "fail")
    except Exception as error:  # noqa: BLE001  # whatever it is, a test asks for it
        return [str(error), (yield context.call_entity(entity, "get"))]
    return "no failure"


@bp.route(route="counters/{key}/{amount:int}", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def signal(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    entity = df.EntityId("Counter", req.route_params["key"])
    await client.signal_entity(entity, "add", int(req.route_params["amount"]))
    return func.HttpResponse(status_code=202)


@bp.route(route="counters/{key}", methods=["GET"])
@bp.durable_client_input(client_name="client")
async def read(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    found = await client.read_entity_state(df.EntityId("Counter", req.route_params["key"]))
    return func.HttpResponse(str(found.entity_state if found.entity_exists else None))
