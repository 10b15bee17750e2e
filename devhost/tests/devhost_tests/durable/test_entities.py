import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from azure.durable_functions.client import DurableFunctionsClient
from durabletask.client import EntityQuery, OrchestrationStatus
from durabletask.entities import EntityInstanceId

from devhost_tests.durable.calls import outcome, output, reaching
from devhost_tests.waiting import until_awaited


def counter(key: str) -> EntityInstanceId:
    return EntityInstanceId("counter", key)


async def count(client: DurableFunctionsClient, key: str) -> object:
    entity = await client.get_entity(counter(key))
    return None if entity is None else entity.get_state(int)


async def counted(client: DurableFunctionsClient, key: str, expected: int) -> None:
    async def is_there() -> bool:
        return await count(client, key) == expected

    await until_awaited(is_there)


async def test_signals_are_applied_one_after_the_other(client: DurableFunctionsClient) -> None:
    await asyncio.gather(*(client.signal_entity(counter("s"), "add", 1) for _ in range(100)))

    await counted(client, "s", 100)


async def test_a_signal_may_be_put_off(client: DurableFunctionsClient) -> None:
    due = datetime.now(UTC) + timedelta(seconds=0.3)
    await client.signal_entity(counter("late"), "add", 1, signal_time=due)
    assert await count(client, "late") is None

    await counted(client, "late", 1)
    assert datetime.now(UTC) >= due


async def test_an_orchestrator_calls_an_entity_and_gets_its_answer(
    client: DurableFunctionsClient,
) -> None:
    assert 5 == await output(client, "counting", "mine")
    assert 5 == await count(client, "mine")


async def test_a_failing_operation_fails_its_caller_and_changes_nothing(
    client: DurableFunctionsClient,
) -> None:
    await client.signal_entity(counter("x"), "add", 7)

    state = await outcome(client, "failing_call")

    assert state.runtime_status == OrchestrationStatus.FAILED
    assert "the entity says no" in (state.serialized_output or "")
    assert 7 == await count(client, "x")


async def test_an_unknown_entity_fails_its_caller(client: DurableFunctionsClient) -> None:
    state = await outcome(client, "missing_entity")

    assert "The function 'nothing' doesn't exist" in (state.serialized_output or "")


async def test_an_entity_signals_another_and_starts_an_orchestration(
    client: DurableFunctionsClient,
) -> None:
    await client.signal_entity(EntityInstanceId("relay", "r"), "pass", 9)

    await counted(client, "r", 9)
    state = await client.wait_for_orchestration_completion("from-r", timeout=10)
    assert state is not None
    assert 9 == state.get_output()


async def test_a_critical_section_lets_nobody_in_between(
    client: DurableFunctionsClient,
) -> None:
    """Each of ten transfers sees a balance of its own, and nothing is made or lost."""
    await client.signal_entity(counter("a"), "add", 6)
    await counted(client, "a", 6)

    states = await asyncio.gather(*(outcome(client, "transfer") for _ in range(10)))

    seen = sorted(int(str(state.get_output())) for state in states)
    assert [0, 0, 0, 0, 1, 2, 3, 4, 5, 6] == seen
    assert [0, 6] == [await count(client, "a"), await count(client, "b")]


async def test_a_signal_waits_until_the_lock_is_given_back(
    client: DurableFunctionsClient,
) -> None:
    instance_id = await client.schedule_new_orchestration("lock_and_wait")
    await locked(client, instance_id)

    await client.signal_entity(counter("held"), "add", 1)
    entities = await client.get_all_entities(EntityQuery(include_transient=True))
    assert instance_id == entities[0]._locked_by  # the SDK's own reader takes owners for entities
    await client.raise_orchestration_event(instance_id, "go")

    state = await client.wait_for_orchestration_completion(instance_id, timeout=10)
    assert state is not None
    assert 0 == state.get_output()
    await counted(client, "held", 1)


async def test_a_terminated_owner_gives_its_locks_back(client: DurableFunctionsClient) -> None:
    instance_id = await client.schedule_new_orchestration("lock_and_wait")
    await locked(client, instance_id)
    await client.signal_entity(counter("held"), "add", 1)

    await client.terminate_orchestration(instance_id)

    await reaching(client, instance_id, OrchestrationStatus.TERMINATED)
    await counted(client, "held", 1)


async def test_an_owner_that_ends_before_its_lock_is_granted_blocks_nobody(
    client: DurableFunctionsClient,
) -> None:
    first = await client.schedule_new_orchestration("lock_and_wait")
    await locked(client, first)
    second = await client.schedule_new_orchestration("lock_and_wait")
    await client.wait_for_orchestration_start(second, timeout=10)
    await client.terminate_orchestration(second)
    await reaching(client, second, OrchestrationStatus.TERMINATED)

    await client.raise_orchestration_event(first, "go")
    await client.signal_entity(counter("held"), "add", 1)

    await counted(client, "held", 1)


async def test_entities_are_listed_by_prefix_page_by_page(
    client: DurableFunctionsClient,
) -> None:
    for key in ("a1", "a2", "a3", "b1"):
        await client.signal_entity(counter(key), "add", 1)
        await counted(client, key, 1)

    found = await client.get_all_entities(
        EntityQuery(instance_id_starts_with="@counter@a", page_size=2)
    )

    assert ["a1", "a2", "a3"] == [entity.id.key for entity in found]


async def test_an_entity_without_state_is_gone_until_cleaned_away(
    client: DurableFunctionsClient,
) -> None:
    await client.signal_entity(counter("e"), "add", 1)
    await counted(client, "e", 1)
    await client.signal_entity(counter("e"), "clear")

    async def is_gone() -> bool:
        return await client.get_entity(counter("e")) is None

    await until_awaited(is_gone)
    transient = EntityQuery(include_transient=True)
    assert 1 == len(await client.get_all_entities(transient))
    assert 0 == len(await client.get_all_entities())
    cleaned = await client.clean_entity_storage()
    assert 1 == cleaned.empty_entities_removed
    assert 0 == len(await client.get_all_entities(transient))


async def locked(client: DurableFunctionsClient, instance_id: str) -> None:
    async def is_locked() -> bool:
        state = await client.get_orchestration_state(instance_id)
        return state is not None and state.serialized_custom_status == '"locked"'

    await until_awaited(is_locked)


@pytest.mark.parametrize("key", ["with space", "ümlaut", "a/b"])
async def test_keys_may_be_any_text(client: DurableFunctionsClient, key: str) -> None:
    await client.signal_entity(counter(key), "add", 1)

    await counted(client, key, 1)
