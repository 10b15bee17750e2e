"""Orchestrators in which something fails."""

from datetime import timedelta

import azure.durable_functions as df
from durabletask.task import RetryPolicy, TaskFailedError

from devhost_tests.durable.functions import Part, Steps

ONCE_MORE = RetryPolicy(first_retry_interval=timedelta(milliseconds=10), max_number_of_attempts=2)


part = Part()


@part.orchestrator
def exploding(ctx: df.DurableOrchestrationContext) -> Steps:
    yield ctx.call_activity("explode", ctx.get_input())


@part.orchestrator
def raising(ctx: df.DurableOrchestrationContext) -> Steps:
    yield ctx.call_activity("noop", None)
    raise RuntimeError(ctx.get_input())


@part.orchestrator
def catching(ctx: df.DurableOrchestrationContext) -> Steps:
    try:
        yield ctx.call_activity("explode", "caught")
    except TaskFailedError as error:
        details = error.details
        return [str(error), details.error_type, details.message, details.stack_trace]


@part.orchestrator
def parent_of_exploding(ctx: df.DurableOrchestrationContext) -> Steps:
    yield ctx.call_sub_orchestrator("exploding", ctx.get_input())


@part.orchestrator
def retrying(ctx: df.DurableOrchestrationContext) -> Steps:
    answer = yield ctx.call_activity_with_retry("explode_once", ONCE_MORE, ctx.get_input())
    return answer


@part.orchestrator
def calls_missing(ctx: df.DurableOrchestrationContext) -> Steps:
    yield ctx.call_activity("not_there", None)


@part.orchestrator
def rewindable(ctx: df.DurableOrchestrationContext) -> Steps:
    first = yield ctx.call_activity("echo", "kept")
    second = yield ctx.call_activity_with_retry("fragile", ONCE_MORE, "retried")
    third = yield ctx.task_all([ctx.call_activity("fragile", str(i)) for i in range(3)])
    fourth = yield ctx.call_sub_orchestrator("rewindable_child")
    return [first, second, *third, fourth]


@part.orchestrator
def rewindable_child(ctx: df.DurableOrchestrationContext) -> Steps:
    mended = yield ctx.call_activity("fragile", "child")
    return mended


@part.orchestrator
def fragile_fan(ctx: df.DurableOrchestrationContext) -> Steps:
    mended = yield ctx.task_all([ctx.call_activity("fragile", str(i)) for i in range(20)])
    return mended


@part.orchestrator
def parent_of_rewindable_child(ctx: df.DurableOrchestrationContext) -> Steps:
    kept = yield ctx.call_activity("echo", "kept")
    mended = yield ctx.call_sub_orchestrator("rewindable_child")
    return [kept, mended]
