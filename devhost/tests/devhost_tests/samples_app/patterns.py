# ruff: noqa: INP001  # a Functions app is a folder, not a package
"""The patterns of Durable Functions: chain, fan-out, monitor, human interaction, and their like."""

import time
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df

bp = df.Blueprint()

type Steps = Generator[Any, Any, Any]


@bp.orchestration_trigger(context_name="context", orchestration="GreetCities")  # type: ignore[arg-type]  # both SDKs' style
def greet_cities(context: df.DurableOrchestrationContext) -> Steps:
    """A chain; with a moment as input it waits for that first."""
    start_at = context.get_input()
    if start_at:
        yield context.create_timer(datetime.fromisoformat(start_at))
    first = yield context.call_activity("greet", "Lima")
    second = yield context.call_activity("greet", "Oslo")
    third = yield context.call_activity("greet", "Hanoi")
    return [first, second, third]


@bp.orchestration_trigger(context_name="context", orchestration="SumOfSquares")  # type: ignore[arg-type]  # both SDKs' style
def sum_of_squares(context: df.DurableOrchestrationContext) -> Steps:
    numbers = range(context.get_input())
    squares = yield context.task_all([context.call_activity("square", n) for n in numbers])
    return sum(squares)


@bp.orchestration_trigger(context_name="context", orchestration="Regions")  # type: ignore[arg-type]  # both SDKs' style
def regions(context: df.DurableOrchestrationContext) -> Steps:
    """One sub-orchestration for each, side by side."""
    sums = yield context.task_all(
        [context.call_sub_orchestrator("SumOfSquares", n) for n in context.get_input()]
    )
    return sums


@bp.orchestration_trigger(context_name="context", orchestration="Race")  # type: ignore[arg-type]  # both SDKs' style
def race(context: df.DurableOrchestrationContext) -> Steps:
    """An activity against a timer."""
    patience = timedelta(seconds=context.get_input())
    working = context.call_activity("take_a_second", "")
    late = context.create_timer(context.current_utc_datetime + patience)
    winner = yield context.task_any([working, late])
    if winner is not working:
        return "too late"
    late.cancel()  # type: ignore[attr-defined]  # a timer's
    return working.result


@bp.orchestration_trigger(context_name="context", orchestration="Approval")  # type: ignore[arg-type]  # both SDKs' style
def approval(context: df.DurableOrchestrationContext) -> Steps:
    """Human interaction: a decision by an event, or escalation by a timer."""
    context.set_custom_status("waiting for a decision")
    deadline = context.current_utc_datetime + timedelta(seconds=context.get_input())
    decision, expiry = context.wait_for_external_event("Decision"), context.create_timer(deadline)
    winner = yield context.task_any([decision, expiry])
    if winner is not decision:
        return "escalated"
    expiry.cancel()  # type: ignore[attr-defined]  # a timer's
    return decision.result


@bp.orchestration_trigger(context_name="context", orchestration="Monitor")  # type: ignore[arg-type]  # both SDKs' style
def monitor(context: df.DurableOrchestrationContext) -> Steps:
    """Looks, waits, and begins anew until it has looked often enough."""
    left = context.get_input()
    if left == 0:
        return "seen"
    yield context.create_timer(context.current_utc_datetime + timedelta(milliseconds=50))
    context.continue_as_new(left - 1)
    return None


@bp.orchestration_trigger(context_name="context", orchestration="Replays")  # type: ignore[arg-type]  # both SDKs' style
def replays(context: df.DurableOrchestrationContext) -> Steps:
    """What `is_replaying` says before and after a step, in the last turn."""
    before = context.is_replaying
    yield context.call_activity("greet", "Lima")
    return [before, context.is_replaying]


@bp.activity_trigger(input_name="city")
def greet(city: str) -> str:
    return f"Hello {city}!"


@bp.activity_trigger(input_name="number")
def square(number: int) -> int:
    return number * number


@bp.activity_trigger(input_name="nothing")
def take_a_second(nothing: str) -> str:
    time.sleep(1)
    return "in time"
