# ruff: noqa: INP001  # a Functions app is a folder, not a package
"""Failures: caught, thrown on, tried again, rewound."""

from collections import Counter
from collections.abc import Generator
from typing import Any

import azure.durable_functions as df

bp = df.Blueprint()

type Steps = Generator[Any, Any, Any]

TRIES: Counter[str] = Counter()
THRICE = df.RetryOptions(first_retry_interval_in_milliseconds=10, max_number_of_attempts=3)


@bp.orchestration_trigger(context_name="context", orchestration="ThrowOn")  # type: ignore[arg-type]  # both SDKs' style
def throw_on(context: df.DurableOrchestrationContext) -> Steps:
    """Fails at first; once rewound, it ends well."""
    done = yield context.call_activity("fail_at_first", [context.instance_id, 1])
    return done


@bp.orchestration_trigger(context_name="context", orchestration="Catch")  # type: ignore[arg-type]  # both SDKs' style
def catch(context: df.DurableOrchestrationContext) -> Steps:
    try:
        yield context.call_activity("fail_at_first", [context.instance_id, 1])
    except Exception as error:  # noqa: BLE001  # whatever it is, a test asks for it
        return f"caught: {error}"
    return "no failure"


@bp.orchestration_trigger(context_name="context", orchestration="TryAgain")  # type: ignore[arg-type]  # both SDKs' style
def try_again(context: df.DurableOrchestrationContext) -> Steps:
    """Fails as often as its input says, within three tries or not."""
    failing = [context.instance_id, context.get_input()]
    done = yield context.call_activity_with_retry("fail_at_first", THRICE, failing)
    return done


@bp.orchestration_trigger(context_name="context", orchestration="TryChildAgain")  # type: ignore[arg-type]  # both SDKs' style
def try_child_again(context: df.DurableOrchestrationContext) -> Steps:
    done = yield context.call_sub_orchestrator_with_retry("Child", THRICE, context.instance_id)
    return done


@bp.orchestration_trigger(context_name="context", orchestration="Child")  # type: ignore[arg-type]  # both SDKs' style
def child(context: df.DurableOrchestrationContext) -> Steps:
    done = yield context.call_activity("fail_at_first", [context.get_input(), 2])
    return done


@bp.activity_trigger(input_name="about")
def fail_at_first(about: list) -> str:  # type: ignore[type-arg]  # Azure refuses generics
    """Fails so many times for one instance, then ends well."""
    instance, failures = str(about[0]), int(about[1])
    TRIES[instance] += 1
    if TRIES[instance] <= failures:
        raise RuntimeError(f"try {TRIES[instance]} failed")
    return f"try {TRIES[instance]} went well"
