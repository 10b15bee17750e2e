import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from azure.durable_functions.client import DurableFunctionsClient, SyncDurableFunctionsClient
from durabletask.client import OrchestrationState, OrchestrationStatus

from devhost_tests.durable.calls import has_napped, outcome, output
from devhost_tests.durable.functions import Functions
from devhost_tests.durable.hubs import ServedHub
from devhost_tests.waiting import until_awaited


async def test_a_chain_hands_each_output_to_the_next_activity(
    client: DurableFunctionsClient,
) -> None:
    assert "abc" == await output(client, "chain")


async def test_a_fan_out_gathers_every_result(client: DurableFunctionsClient) -> None:
    assert sum(range(300)) == await output(client, "fan", 300)


async def test_names_are_without_regard_to_case(client: DurableFunctionsClient) -> None:
    assert "abc" == await output(client, "CHAIN")


async def test_sub_orchestrations_have_ids_made_of_their_parents(
    client: DurableFunctionsClient,
) -> None:
    state = await outcome(client, "nested", instance_id="top")

    assert ["abc", ["given-id", "top"]] == state.get_output()
    child = await client.get_orchestration_state("top:0001")
    assert child is not None
    assert child.runtime_status == OrchestrationStatus.COMPLETED


async def test_a_timer_fires_when_it_is_due_and_never_early(
    client: DurableFunctionsClient,
) -> None:
    slept = await output(client, "sleeper", 0.2)

    assert isinstance(slept, float)
    assert 0.2 <= slept < 2


async def test_a_timer_of_the_past_fires_at_once(client: DurableFunctionsClient) -> None:
    slept = await output(client, "sleeper", -5)

    assert isinstance(slept, float)
    assert 0 <= slept < 2


async def test_an_event_reaches_its_waiter_whatever_the_case_of_its_name(
    client: DurableFunctionsClient,
) -> None:
    instance_id = await client.schedule_new_orchestration("waiter")
    await client.raise_orchestration_event(instance_id, "GO", data={"answer": 42})

    state = await client.wait_for_orchestration_completion(instance_id, timeout=10)

    assert state is not None
    assert {"answer": 42} == state.get_output()


async def test_events_are_taken_in_the_order_they_were_raised(
    client: DurableFunctionsClient,
) -> None:
    due = datetime.now(UTC) + timedelta(seconds=0.2)
    instance_id = await client.schedule_new_orchestration("two_waits", start_at=due)
    for number in (1, 2, 3):
        await client.raise_orchestration_event(instance_id, "step", data=number)

    state = await client.wait_for_orchestration_completion(instance_id, timeout=10)

    assert state is not None
    assert [1, 2] == state.get_output()


async def test_an_orchestrator_tells_another_instance(client: DurableFunctionsClient) -> None:
    waiting = await client.schedule_new_orchestration("waiter")

    assert "sent" == await output(client, "teller", waiting)
    state = await client.wait_for_orchestration_completion(waiting, timeout=10)
    assert state is not None
    assert "told" == state.get_output()


async def test_a_cancelled_timer_does_not_hold_up_the_end(client: DurableFunctionsClient) -> None:
    instance_id = await client.schedule_new_orchestration("with_deadline")
    await client.raise_orchestration_event(instance_id, "go")

    state = await client.wait_for_orchestration_completion(instance_id, timeout=10)

    assert state is not None
    assert "event" == state.get_output()


async def test_the_loser_of_a_race_does_no_harm(
    client: DurableFunctionsClient, functions: Functions
) -> None:
    """The slower activity ends while the orchestrator waits for something else."""
    instance_id = await client.schedule_new_orchestration("first_of_two")
    await until_awaited(partial(has_napped, functions, 2))
    await client.raise_orchestration_event(instance_id, "go")

    state = await client.wait_for_orchestration_completion(instance_id, timeout=10)

    assert state is not None
    assert state.get_output() is True


async def test_inputs_and_outputs_of_megabytes_survive(client: DurableFunctionsClient) -> None:
    large = "ä" * 300_000

    assert large == await output(client, "mirror", large)


async def test_a_start_may_be_put_off(client: DurableFunctionsClient) -> None:
    due = datetime.now(UTC) + timedelta(seconds=0.3)
    instance_id = await client.schedule_new_orchestration("chain", start_at=due)
    state = await client.get_orchestration_state(instance_id)
    assert state is not None
    assert state.runtime_status == OrchestrationStatus.PENDING

    state = await client.wait_for_orchestration_completion(instance_id, timeout=10)

    assert state is not None
    assert state.last_updated_at.replace(tzinfo=UTC) >= due


async def test_an_event_raised_before_the_start_is_kept_for_it(
    client: DurableFunctionsClient,
) -> None:
    due = datetime.now(UTC) + timedelta(seconds=0.2)
    instance_id = await client.schedule_new_orchestration("waiter", start_at=due)
    await client.raise_orchestration_event(instance_id, "go", data="early")

    state = await client.wait_for_orchestration_completion(instance_id, timeout=10)

    assert state is not None
    assert "early" == state.get_output()


async def test_the_synchronous_client_works_as_well(served: ServedHub) -> None:
    def use() -> OrchestrationState | None:
        with SyncDurableFunctionsClient(served.client_binding) as client:
            instance_id = client.schedule_new_orchestration("waiter")
            client.wait_for_orchestration_start(instance_id, timeout=10)
            client.raise_orchestration_event(instance_id, "go", data=7)
            return client.wait_for_orchestration_completion(instance_id, timeout=10)

    state = await asyncio.to_thread(use)

    assert state is not None
    assert 7 == state.get_output()


async def test_waiting_for_an_instance_that_is_not_there_lasts_until_the_timeout(
    client: DurableFunctionsClient,
) -> None:
    with pytest.raises(TimeoutError):
        await client.wait_for_orchestration_completion("nobody", timeout=0.2)


async def test_two_hundred_instances_started_at_once_all_complete(
    client: DurableFunctionsClient,
) -> None:
    ids = await asyncio.gather(*(client.schedule_new_orchestration("chain") for _ in range(200)))

    states = await asyncio.gather(
        *(client.wait_for_orchestration_completion(i, timeout=20) for i in ids)
    )

    assert 200 == len({state.instance_id for state in states if state is not None})
    assert {"abc"} == {state.get_output() for state in states if state is not None}
