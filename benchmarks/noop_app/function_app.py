"""Shards of activities that do nothing: what the host itself costs."""

from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.activity_trigger(input_name="given")
def nothing(given: int) -> int:
    return given


@app.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # the one-argument style
def shard(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, int]:
    results = yield ctx.task_all([ctx.call_activity("nothing", n) for n in range(ctx.get_input())])
    return len(results)


@app.orchestration_trigger(context_name="ctx")  # type: ignore[arg-type]  # the one-argument style
def shards(ctx: df.DurableOrchestrationContext) -> Generator[Any, Any, int]:
    count, size = ctx.get_input()
    done = yield ctx.task_all([ctx.call_sub_orchestrator("shard", size) for _ in range(count)])
    return sum(done)
