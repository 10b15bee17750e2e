"""A host of its own process, to be killed: `python -m devhost_tests.durable.killable FOLDER`.

Writes its gRPC port to FOLDER/port once it serves; activities note their effect in FOLDER/effects.
"""

import asyncio
import os
import sys
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

from durabletask.entities import EntityInstanceId
from durabletask.task import OrchestrationContext, RetryPolicy, Task, when_all

from devhost_tests.durable.functions import Functions, Part
from devhost_tests.durable.hubs import serving
from devhost_tests.durable.sample import sample_functions

PARTS = 3  # sub-orchestrations of a saga
STEPS = 8  # activities of each
RETRY = RetryPolicy(first_retry_interval=timedelta(milliseconds=20), max_number_of_attempts=3)


def killable_functions(effects: Path) -> Functions:
    app, part = sample_functions(), Part()

    @part.activity
    async def effect(key: str) -> int:
        await asyncio.sleep(0.02)
        with effects.open("a") as file:
            file.write(key + "\n")
        return 1

    @part.orchestrator
    def saga(ctx: OrchestrationContext, _: Any) -> Generator[Any, Any, list[Any]]:
        parts: list[Task[Any]] = [
            ctx.call_sub_orchestrator("saga_part", input=f"{ctx.instance_id}/{part}")
            for part in range(PARTS)
        ]
        done = yield when_all(parts)
        yield ctx.create_timer(timedelta(milliseconds=300))
        told = yield ctx.wait_for_external_event("go")
        counted = yield ctx.call_entity(EntityInstanceId("counter", ctx.instance_id), "add", 1)
        retried = yield ctx.call_activity("effect", input=ctx.instance_id, retry_policy=RETRY)
        return [sum(done), told, counted, retried]

    @part.orchestrator
    def saga_part(ctx: OrchestrationContext, key: str) -> Generator[Any, Any, int]:
        steps: list[Task[Any]] = [
            ctx.call_activity("effect", input=f"{key}/{step}") for step in range(STEPS)
        ]
        done = yield when_all(steps)
        return sum(done)

    app.add(part)
    return app


async def serve(folder: Path) -> None:
    functions = killable_functions(folder / "effects")
    async with serving(functions, folder / "devhost.db") as served:
        port = folder / "port.new"
        port.write_text(str(served.server.port))
        os.replace(port, folder / "port")  # noqa: PTH105 - one atomic step
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
