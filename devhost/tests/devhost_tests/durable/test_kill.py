"""kill -9 at random moments: nothing is lost, nothing is counted twice.

Run more kills by hand, with another seed: DEVHOST_KILLS=30 DEVHOST_KILL_SEED=7 pytest ...
"""

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from azure.durable_functions.client import DurableFunctionsClient
from durabletask.client import OrchestrationStatus

from devhost_tests.durable.killable import PARTS, STEPS
from devhost_tests.waiting import until_awaited

KILLS = int(os.environ.get("DEVHOST_KILLS", "3"))
SEED = int(os.environ.get("DEVHOST_KILL_SEED", "1"))
SAGAS = 12 if KILLS < 10 else 60
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def killed_at_the_end(folder: Path) -> AsyncIterator[DurableFunctionsClient]:
    (folder / "port").unlink(missing_ok=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "devhost_tests.durable.killable", str(folder), cwd=ROOT
    )

    async def is_serving() -> bool:
        assert process.returncode is None, "the host ended before it served"
        return (folder / "port").exists()

    try:
        await until_awaited(is_serving, deadline_s=30)
        port = (folder / "port").read_text()
        client = DurableFunctionsClient(json.dumps({"rpcBaseUrl": f"http://127.0.0.1:{port}"}))
        try:
            yield client
        finally:
            process.send_signal(signal.SIGKILL)
            await process.wait()
            await client.close()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_nothing_is_lost_or_counted_twice_by_kills(tmp_path: Path) -> None:
    moments = random.Random(SEED)  # noqa: S311 - repeatable on purpose
    ids = [f"saga{number}" for number in range(SAGAS)]
    async with killed_at_the_end(tmp_path) as client:
        for instance_id in ids:
            await client.schedule_new_orchestration("saga", instance_id=instance_id)
        for instance_id in ids:
            await client.raise_orchestration_event(instance_id, "go", data=instance_id)
        await asyncio.sleep(moments.uniform(0, 0.3))
    for _ in range(KILLS - 1):
        async with killed_at_the_end(tmp_path):
            await asyncio.sleep(moments.uniform(0, 0.4))

    async with killed_at_the_end(tmp_path) as client:
        for instance_id in ids:
            state = await client.wait_for_orchestration_completion(instance_id, timeout=30)
            assert state is not None
            assert state.runtime_status == OrchestrationStatus.COMPLETED, state.failure_details
            assert [PARTS * STEPS, instance_id, 1, 1] == state.get_output()

    noted = set((tmp_path / "effects").read_text().split())
    expected = {f"{i}/{p}/{s}" for i in ids for p in range(PARTS) for s in range(STEPS)}
    assert expected | set(ids) == noted
