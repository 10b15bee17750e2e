"""Orchestrators that wait: for timers, events, others, or the first of several."""

from datetime import timedelta
from typing import Any

import azure.durable_functions as df
from durabletask.task import OrchestrationContext

from devhost_tests.durable.functions import Part, Steps

part = Part()


@part.orchestrator
def sleeper(ctx: df.DurableOrchestrationContext) -> Steps:
    before = ctx.current_utc_datetime
    yield ctx.create_timer(before + timedelta(seconds=ctx.get_input()))
    return (ctx.current_utc_datetime - before).total_seconds()


@part.orchestrator
def waiter(ctx: df.DurableOrchestrationContext) -> Steps:
    got = yield ctx.wait_for_external_event("go")
    return got


@part.orchestrator
def parent_of_waiter(ctx: df.DurableOrchestrationContext) -> Steps:
    got = yield ctx.call_sub_orchestrator("waiter")
    return got


@part.orchestrator
def two_waits(ctx: df.DurableOrchestrationContext) -> Steps:
    first = yield ctx.wait_for_external_event("step")
    second = yield ctx.wait_for_external_event("step")
    return [first, second]


@part.orchestrator
def with_deadline(ctx: df.DurableOrchestrationContext) -> Steps:
    deadline = ctx.create_timer(ctx.current_utc_datetime + timedelta(hours=1))
    event = ctx.wait_for_external_event("go")
    winner = yield ctx.task_any([event, deadline])
    if winner is event:
        deadline.cancel()  # type: ignore[attr-defined]  # the SDK hides that it is a timer
        return "event"
    return "deadline"


@part.orchestrator
def first_of_two(ctx: df.DurableOrchestrationContext) -> Steps:
    fast, slow = ctx.call_activity("nap", 0.01), ctx.call_activity("nap", 0.3)
    winner = yield ctx.task_any([fast, slow])
    yield ctx.wait_for_external_event("go")
    return winner is fast


@part.orchestrator
def napper(ctx: df.DurableOrchestrationContext) -> Steps:
    slept = yield ctx.call_activity("nap", ctx.get_input())
    return slept


@part.orchestrator
def naps(ctx: df.DurableOrchestrationContext) -> Steps:
    count, seconds = ctx.get_input()
    yield ctx.task_all([ctx.call_activity("nap", seconds) for _ in range(count)])
    return count


@part.orchestrator
def teller(ctx: OrchestrationContext, whom: str) -> Steps:
    ctx.send_event(whom, "go", data="told")
    yield ctx.call_activity("noop")
    return "sent"


@part.orchestrator
def forgetful(ctx: df.DurableOrchestrationContext) -> Steps:
    yield ctx.call_activity("noop", None)
    ctx.call_activity("echo", "nobody waits")
    return "done"


@part.orchestrator
def collector(ctx: OrchestrationContext, so_far: list[Any]) -> Steps:
    got = yield ctx.wait_for_external_event("item")
    if len(so_far) == 4:
        return [*so_far, got]
    ctx.continue_as_new([*so_far, got], save_events=True)
    return None


@part.orchestrator
def impatient(ctx: df.DurableOrchestrationContext) -> Steps:
    """Leaves an activity behind in its first generation; its result is not for the second."""
    if ctx.get_input() == "again":
        got = yield ctx.call_activity("echo", "second generation")
        yield ctx.wait_for_external_event("go")
        return got
    ctx.call_activity("nap", 0.1)
    yield ctx.call_activity("noop", None)
    ctx.continue_as_new("again")
    return None
