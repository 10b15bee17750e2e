"""An entity, and orchestrators that call, signal and lock it."""

from typing import Any

import azure.durable_functions as df
from durabletask.entities import EntityContext, EntityInstanceId
from durabletask.task import OrchestrationContext

from devhost_tests.durable.functions import Part, Steps

part = Part()


@part.entity
def counter(ctx: df.DurableEntityContext) -> None:
    count = ctx.get_state(initializer=lambda: 0)
    if ctx.operation_name == "add":
        count += ctx.get_input()
        ctx.set_state(count)
    elif ctx.operation_name == "fail":
        raise ValueError("the entity says no")
    elif ctx.operation_name in ("clear", "delete"):
        ctx.set_state(None)
    ctx.set_result(count)


@part.entity
def keeper(ctx: df.DurableEntityContext) -> None:
    """Keeps the name of every operation that it was ever told."""
    ctx.set_state([*ctx.get_state(initializer=list), ctx.operation_name])


@part.entity
def relay(ctx: EntityContext, given: Any) -> None:
    """Passes what it gets on: to a counter, and to an orchestration that it starts."""
    ctx.signal_entity(EntityInstanceId("counter", ctx.entity_id.key), "add", given)
    ctx.schedule_new_orchestration("mirror", given, instance_id=f"from-{ctx.entity_id.key}")


@part.orchestrator
def counting(ctx: df.DurableOrchestrationContext) -> Steps:
    target = EntityInstanceId("counter", ctx.get_input())
    ctx.signal_entity(target, "add", 2)
    after = yield ctx.call_entity(target, "add", 3)
    return after


@part.orchestrator
def failing_call(ctx: df.DurableOrchestrationContext) -> Steps:
    yield ctx.call_entity(EntityInstanceId("counter", "x"), "fail")


@part.orchestrator
def missing_entity(ctx: df.DurableOrchestrationContext) -> Steps:
    yield ctx.call_entity(EntityInstanceId("nothing", "x"), "add", 1)


@part.orchestrator
def transfer(ctx: OrchestrationContext, _: Any) -> Steps:
    """Moves 1 from a to b, reading first: right only if nobody comes in between."""
    source, target = EntityInstanceId("counter", "a"), EntityInstanceId("counter", "b")
    with (yield ctx.lock_entities([source, target])):
        left = yield ctx.call_entity(source, "get")
        yield ctx.call_activity("noop")
        if left > 0:
            yield ctx.call_entity(source, "add", -1)
            yield ctx.call_entity(target, "add", 1)
    return left


@part.orchestrator
def lock_and_wait(ctx: OrchestrationContext, _: Any) -> Steps:
    with (yield ctx.lock_entities([EntityInstanceId("counter", "held")])):
        ctx.set_custom_status("locked")
        yield ctx.wait_for_external_event("go")
        count = yield ctx.call_entity(EntityInstanceId("counter", "held"), "get")
    return count
