"""Activities, and orchestrators that call them in the plainest ways."""

import asyncio
from typing import Any

import azure.durable_functions as df

from devhost_tests.durable.functions import Part, Steps

part = Part()


@part.activity
async def noop(_: Any) -> None:
    return None


@part.activity
def echo(value: Any) -> Any:
    return value


@part.activity
async def nap(seconds: float) -> float:
    await asyncio.sleep(seconds)
    return seconds


@part.activity
def explode(message: str) -> None:
    raise ValueError(message)


@part.orchestrator
def chain(ctx: df.DurableOrchestrationContext) -> Steps:
    first = yield ctx.call_activity("echo", "a")
    second = yield ctx.call_activity("echo", first + "b")
    return second + "c"


@part.orchestrator
def fan(ctx: df.DurableOrchestrationContext) -> Steps:
    values = yield ctx.task_all([ctx.call_activity("echo", i) for i in range(ctx.get_input())])
    return sum(values)


@part.orchestrator
def noops(ctx: df.DurableOrchestrationContext) -> Steps:
    done = yield ctx.task_all([ctx.call_activity("noop", i) for i in range(ctx.get_input())])
    return len(done)


@part.orchestrator
def shards(ctx: df.DurableOrchestrationContext) -> Steps:
    count, size = ctx.get_input()
    done = yield ctx.task_all([ctx.call_sub_orchestrator("noops", size) for _ in range(count)])
    return sum(done)


@part.orchestrator
def nested(ctx: df.DurableOrchestrationContext) -> Steps:
    inner = yield ctx.call_sub_orchestrator("chain")
    named = yield ctx.call_sub_orchestrator("who", instance_id="given-id")
    return [inner, named]


@part.orchestrator
def who(ctx: df.DurableOrchestrationContext) -> Any:
    return [ctx.instance_id, ctx.parent_instance_id]


@part.orchestrator
def mirror(ctx: df.DurableOrchestrationContext) -> Any:
    return ctx.get_input()


@part.orchestrator
def count_down(ctx: df.DurableOrchestrationContext) -> Steps:
    left = ctx.get_input()
    ctx.set_custom_status({"left": left})
    yield ctx.call_activity("noop", left)
    if left:
        ctx.continue_as_new(left - 1)
        return None
    return "done"


@part.orchestrator
def adviser(ctx: df.DurableOrchestrationContext) -> Steps:
    yield ctx.call_activity("noop", None)
    ctx.set_custom_status("waiting")
    yield ctx.wait_for_external_event("go")
    ctx.set_custom_status("went")
    yield ctx.call_activity("noop", None)
    return None
