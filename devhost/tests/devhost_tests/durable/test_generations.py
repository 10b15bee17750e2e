from datetime import UTC, datetime, timedelta
from functools import partial

from azure.durable_functions.client import DurableFunctionsClient

from devhost_tests.durable.calls import has_napped, outcome, output
from devhost_tests.durable.functions import Functions
from devhost_tests.waiting import until_awaited


async def test_continuing_as_new_keeps_the_id_and_begins_a_new_history(
    client: DurableFunctionsClient,
) -> None:
    state = await outcome(client, "count_down", 20)

    assert "done" == state.get_output()
    assert {"left": 0} == state.get_custom_status()
    assert 0 == state.get_input()
    history = await client.get_orchestration_history(state.instance_id)
    assert 1 == sum(type(event).__name__ == "TaskScheduledEvent" for event in history)


async def test_continuing_as_new_carries_unread_events_over_in_order(
    client: DurableFunctionsClient,
) -> None:
    instance_id = await client.schedule_new_orchestration("collector", input=[])
    for number in range(5):
        await client.raise_orchestration_event(instance_id, "item", data=number)

    state = await client.wait_for_orchestration_completion(instance_id, timeout=10)

    assert state is not None
    assert [0, 1, 2, 3, 4] == state.get_output()


async def test_a_result_of_an_older_generation_is_dropped(
    client: DurableFunctionsClient, functions: Functions
) -> None:
    """The activity of the first generation had the id that the second one's has again."""
    instance_id = await client.schedule_new_orchestration("impatient")
    await until_awaited(partial(has_napped, functions, 1))
    await client.raise_orchestration_event(instance_id, "go")

    state = await client.wait_for_orchestration_completion(instance_id, timeout=10)

    assert state is not None
    assert "second generation" == state.get_output()
    assert 1 == functions.calls["nap"]


async def test_an_activity_that_nobody_waits_for_runs_all_the_same(
    client: DurableFunctionsClient, functions: Functions
) -> None:
    assert "done" == await output(client, "forgetful")

    async def has_run() -> bool:
        return functions.calls["echo"] == 1

    await until_awaited(has_run)


async def test_a_custom_status_shows_while_the_instance_runs(
    client: DurableFunctionsClient,
) -> None:
    instance_id = await client.schedule_new_orchestration("adviser")

    async def advice() -> bool:
        state = await client.get_orchestration_state(instance_id)
        return state is not None and state.serialized_custom_status == '"waiting"'

    await until_awaited(advice)
    await client.raise_orchestration_event(instance_id, "go")
    state = await client.wait_for_orchestration_completion(instance_id, timeout=10)
    assert state is not None
    assert "went" == state.get_custom_status()


async def test_ids_and_times_are_the_same_at_every_replay(
    client: DurableFunctionsClient, functions: Functions
) -> None:
    left = await output(client, "uuids")

    assert functions.seen
    assert all(seen == left for seen in functions.seen)


async def test_times_are_those_of_the_clock_and_in_utc(client: DurableFunctionsClient) -> None:
    before = datetime.now(UTC)
    state = await outcome(client, "sleeper", 0.1)
    after = datetime.now(UTC)

    created = state.created_at.replace(tzinfo=UTC)
    updated = state.last_updated_at.replace(tzinfo=UTC)
    assert before <= created < updated <= after
    assert updated - created >= timedelta(seconds=0.1)
    for event in await client.get_orchestration_history(state.instance_id):
        assert before <= event.timestamp <= after, event


async def test_version_and_tags_are_kept(client: DurableFunctionsClient) -> None:
    state = await outcome(client, "mirror", 1, version="1.2.3", tags={"team": "blue"})

    history = await client.get_orchestration_history(state.instance_id)

    started = next(event for event in history if type(event).__name__ == "ExecutionStartedEvent")
    assert "1.2.3" == getattr(started, "version", None)
    assert {"team": "blue"} == getattr(started, "tags", None)
