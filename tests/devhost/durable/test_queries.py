from datetime import UTC, datetime, timedelta

from azure.durable_functions.client import DurableFunctionsClient
from durabletask.client import OrchestrationQuery, OrchestrationStatus

from tests.devhost.durable.calls import outcome


async def ids(client: DurableFunctionsClient, **wanted: object) -> list[str]:
    query = OrchestrationQuery(**wanted)  # type: ignore[arg-type]  # each of its own type
    return [state.instance_id for state in await client.get_all_orchestration_states(query)]


async def test_instances_are_listed_page_by_page_in_the_order_of_their_ids(
    client: DurableFunctionsClient,
) -> None:
    for name in ("d", "b", "a", "e", "c"):
        await outcome(client, "mirror", name, instance_id=name)

    assert ["a", "b", "c", "d", "e"] == await ids(client, max_instance_count=2)
    assert ["a", "b", "c", "d", "e"] == await ids(client)


async def test_instances_are_chosen_by_status_time_and_prefix(
    client: DurableFunctionsClient,
) -> None:
    await outcome(client, "mirror", instance_id="x1")
    await outcome(client, "raising", "no", instance_id="x2")
    between = datetime.now(UTC)
    await client.schedule_new_orchestration("waiter", instance_id="y")
    await client.wait_for_orchestration_start("y", timeout=10)

    assert ["x2"] == await ids(client, runtime_status=[OrchestrationStatus.FAILED])
    assert ["y"] == await ids(client, runtime_status=[OrchestrationStatus.RUNNING])
    assert ["x1", "x2"] == await ids(client, created_time_to=between)
    assert ["y"] == await ids(client, created_time_from=between)
    assert ["x1", "x2"] == await ids(client, instance_id_prefix="x")


async def test_payloads_are_left_out_unless_asked_for(client: DurableFunctionsClient) -> None:
    await outcome(client, "mirror", {"a": 1}, instance_id="p")

    bare = await client.get_orchestration_state("p", fetch_payloads=False)
    (full,) = await client.get_all_orchestration_states(
        OrchestrationQuery(fetch_inputs_and_outputs=True)
    )

    assert bare is not None
    assert bare.serialized_input is None
    assert {"a": 1} == full.get_input() == full.get_output()


async def test_pages_of_large_payloads_stay_below_what_a_client_accepts(
    client: DurableFunctionsClient,
) -> None:
    """Six instances of 2 MB each: more than one answer may hold."""
    for number in range(6):
        await outcome(client, "mirror", "x" * 1_000_000, instance_id=str(number))

    states = await client.get_all_orchestration_states(
        OrchestrationQuery(fetch_inputs_and_outputs=True)
    )

    assert 6 == len(states)


async def test_ids_of_ended_instances_are_listed_by_when_they_ended(
    client: DurableFunctionsClient,
) -> None:
    for name in ("c", "a", "b"):
        await outcome(client, "mirror", instance_id=name)
    await client.schedule_new_orchestration("waiter", instance_id="w")
    now = datetime.now(UTC)

    first = await client.list_instance_ids(page_size=2)
    second = await client.list_instance_ids(
        page_size=2, continuation_token=first.continuation_token
    )
    later = await client.list_instance_ids(completed_time_from=now + timedelta(seconds=1))

    assert [["a", "b"], ["c"], []] == [first.items, second.items, later.items]
    assert second.continuation_token is None
