import json
from datetime import UTC, datetime

import grpc
from azure.durable_functions.client import DurableFunctionsClient
from durabletask.client import OrchestrationQuery, OrchestrationStatus

from devhost_tests.durable.calls import outcome, refusal
from devhost_tests.durable.hubs import ServedHub


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


async def test_ids_cannot_be_listed_as_on_the_real_host(client: DurableFunctionsClient) -> None:
    code, _ = await refusal(client.list_instance_ids(page_size=2))

    assert grpc.StatusCode.UNIMPLEMENTED == code


async def test_a_client_of_another_hub_is_told_so(served: ServedHub) -> None:
    binding = json.loads(served.client_binding)
    client = DurableFunctionsClient(json.dumps({**binding, "taskHubName": "Other"}))
    try:
        code, message = await refusal(client.schedule_new_orchestration("chain", instance_id="x"))
    finally:
        await client.close()

    assert grpc.StatusCode.FAILED_PRECONDITION == code
    assert "This host has the task hub 'TestHub' only; a client asked for 'Other'." == message
    assert await served.hub.instance("x") is None


async def test_the_client_binding_is_compact(served: ServedHub) -> None:
    text = served.client_binding

    assert json.dumps(json.loads(text), separators=(",", ":")) == text
