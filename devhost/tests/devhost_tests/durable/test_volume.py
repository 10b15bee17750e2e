"""A thousand activities in shards, as a check that the engine scales; run by hand for numbers.

python -m devhost_tests.durable.test_volume 50 200
"""

import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path

from devhost_tests.durable.hubs import client_of, serving
from devhost_tests.durable.sample import sample_functions


async def ms_per_activity(database: Path, shards: int, size: int) -> float:
    """Wall time of no-op activities through the engine, SDK and database, in milliseconds each."""
    async with (
        serving(sample_functions(), database, activities=20, orchestrations=20) as served,
        client_of(served) as client,
    ):
        started = time.perf_counter()
        instance_id = await client.schedule_new_orchestration("shards", input=[shards, size])
        state = await client.wait_for_orchestration_completion(instance_id, timeout=600)
        elapsed = time.perf_counter() - started
    assert state is not None
    assert shards * size == state.get_output()
    return elapsed * 1000 / (shards * size)


async def test_a_thousand_activities_in_shards_complete(database: Path) -> None:
    await ms_per_activity(database, 5, 200)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        counts = [int(number) for number in sys.argv[1:3]] or [50, 200]
        cost = asyncio.run(ms_per_activity(Path(folder) / "hub.db", *counts))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{counts[0]} x {counts[1]}: {cost:.3f} ms an activity, {memory} MB")  # noqa: T201 - its purpose
