import time

from azure.durable_functions.client import DurableFunctionsClient
from hypothesis import given
from hypothesis import strategies as st

from devhost.durable.engine.fair_queue import FairQueue
from devhost_tests.durable.calls import outcome
from devhost_tests.durable.functions import Functions
from devhost_tests.durable.hubs import client_of, serving
from devhost_tests.waiting import until_awaited


def test_everybody_in_the_queue_gets_a_turn_before_anybody_gets_two() -> None:
    queue: FairQueue[str] = FairQueue()
    for item in ("a1", "a2", "a3", "b1", "c1", "c2"):
        queue.put(item[0], item)

    assert ["a1", "b1", "c1", "a2", "c2", "a3"] == [queue.take() for _ in range(len(queue))]


@given(keys=st.lists(st.sampled_from("abc")))
def test_a_fair_queue_loses_nothing_and_keeps_the_order_of_each(keys: list[str]) -> None:
    queue: FairQueue[tuple[str, int]] = FairQueue()
    for number, key in enumerate(keys):
        queue.put(key, (key, number))

    taken = [queue.take() for _ in keys]

    assert 0 == len(queue)
    for key in "abc":
        mine = [number for owner, number in taken if owner == key]
        assert mine == sorted(mine)
    assert len(keys) == len(set(taken))


async def test_a_small_job_is_not_starved_by_a_large_one(
    client: DurableFunctionsClient, functions: Functions
) -> None:
    """2,000 queued activities of one job; another's chain of two must not wait for them."""
    large = await client.schedule_new_orchestration("naps", input=[2000, 0.01])

    async def is_under_way() -> bool:
        return functions.calls["nap"] > 20

    await until_awaited(is_under_way)

    started = time.monotonic()
    await outcome(client, "chain")
    took_s = time.monotonic() - started

    state = await client.get_orchestration_state(large)
    assert state is not None
    assert state.serialized_output is None, "the large job has ended before the small one"
    assert took_s < 1
    await client.terminate_orchestration(large)


async def test_no_more_activities_run_at_once_than_the_cap(
    functions: Functions, database: object
) -> None:
    async with serving(functions, database, activities=3) as served, client_of(served) as client:  # type: ignore[arg-type]
        await outcome(client, "naps", [12, 0.02])

    assert 3 == functions.most_running


async def test_many_completions_are_delivered_to_a_long_history_together(
    client: DurableFunctionsClient, functions: Functions
) -> None:
    """Replaying 2,000 tasks after each of them would cost two million steps."""
    await outcome(client, "noops", 2000)

    assert 2000 == functions.calls["noop"]
    assert functions.calls["turn noops"] < 200
