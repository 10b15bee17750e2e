from datetime import UTC, datetime, timedelta

import grpc
from azure.durable_functions.client import DurableFunctionsClient
from durabletask.client import OrchestrationStatus
from durabletask.internal import orchestrator_service_pb2 as pb

from devhost_tests.durable.calls import outcome, output, reaching, refusal
from devhost_tests.durable.functions import Functions


async def test_terminating_ends_an_instance_with_the_given_output(
    client: DurableFunctionsClient,
) -> None:
    instance_id = await client.schedule_new_orchestration("waiter")
    await client.wait_for_orchestration_start(instance_id, timeout=10)

    await client.terminate_orchestration(instance_id, output={"why": "enough"})

    state = await client.wait_for_orchestration_completion(instance_id, timeout=10)
    assert state is not None
    assert state.runtime_status == OrchestrationStatus.TERMINATED
    assert {"why": "enough"} == state.get_output()


async def test_terminating_a_parent_leaves_its_children_alone(
    client: DurableFunctionsClient,
) -> None:
    instance_id = await client.schedule_new_orchestration("parent_of_waiter")
    await client.wait_for_orchestration_start(f"{instance_id}:0001", timeout=10)

    await client.terminate_orchestration(instance_id)

    await reaching(client, instance_id, OrchestrationStatus.TERMINATED)
    await client.raise_orchestration_event(f"{instance_id}:0001", "go", data=1)
    child = await client.wait_for_orchestration_completion(f"{instance_id}:0001", timeout=10)
    assert child is not None
    assert child.runtime_status == OrchestrationStatus.COMPLETED


async def test_a_terminated_child_fails_its_parent(client: DurableFunctionsClient) -> None:
    instance_id = await client.schedule_new_orchestration("parent_of_waiter")
    await client.wait_for_orchestration_start(f"{instance_id}:0001", timeout=10)

    await client.terminate_orchestration(f"{instance_id}:0001", output="stopped")

    state = await client.wait_for_orchestration_completion(instance_id, timeout=10)
    assert state is not None
    assert state.runtime_status == OrchestrationStatus.FAILED
    assert "stopped" in (state.serialized_output or "")


async def test_an_instance_may_be_terminated_before_it_starts(
    client: DurableFunctionsClient, functions: Functions
) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    instance_id = await client.schedule_new_orchestration("waiter", start_at=tomorrow)

    await client.terminate_orchestration(instance_id)

    await reaching(client, instance_id, OrchestrationStatus.TERMINATED)
    assert 0 == functions.calls["turn waiter"]


async def test_a_suspended_instance_holds_its_events_until_it_is_resumed(
    client: DurableFunctionsClient,
) -> None:
    instance_id = await client.schedule_new_orchestration("two_waits")
    await client.wait_for_orchestration_start(instance_id, timeout=10)
    await client.suspend_orchestration(instance_id, reason="a pause")
    suspended = await reaching(client, instance_id, OrchestrationStatus.SUSPENDED)
    assert "a pause" == suspended.serialized_output

    await client.raise_orchestration_event(instance_id, "step", data=1)
    await client.raise_orchestration_event(instance_id, "step", data=2)
    await reaching(client, instance_id, OrchestrationStatus.SUSPENDED)
    await client.resume_orchestration(instance_id, reason="go on")

    state = await client.wait_for_orchestration_completion(instance_id, timeout=10)
    assert state is not None
    assert [1, 2] == state.get_output()


async def test_a_suspended_instance_can_be_terminated(client: DurableFunctionsClient) -> None:
    instance_id = await client.schedule_new_orchestration("waiter")
    await client.suspend_orchestration(instance_id)
    await reaching(client, instance_id, OrchestrationStatus.SUSPENDED)

    await client.terminate_orchestration(instance_id, output="over")

    await reaching(client, instance_id, OrchestrationStatus.TERMINATED)


async def test_a_running_id_is_in_the_way_of_a_second_start(
    client: DurableFunctionsClient,
) -> None:
    await client.schedule_new_orchestration("waiter", instance_id="taken")

    code, details = await refusal(client.schedule_new_orchestration("waiter", instance_id="taken"))

    assert grpc.StatusCode.ALREADY_EXISTS == code
    assert "An Orchestration instance with the ID taken already exists." == details


async def test_a_finished_instance_is_replaced_by_a_new_one_with_its_id(
    client: DurableFunctionsClient,
) -> None:
    first = await outcome(client, "mirror", 1, instance_id="again")
    second = await outcome(client, "mirror", 2, instance_id="again")

    assert [1, 2] == [first.get_output(), second.get_output()]
    assert second.created_at > first.created_at


async def test_the_reuse_policy_decides_what_may_be_replaced(
    client: DurableFunctionsClient,
) -> None:
    await client.schedule_new_orchestration("waiter", instance_id="reused")
    await client.wait_for_orchestration_start("reused", timeout=10)
    running = pb.OrchestrationIdReusePolicy(replaceableStatus=[pb.ORCHESTRATION_STATUS_RUNNING])

    state = await outcome(client, "mirror", 3, instance_id="reused", reuse_id_policy=running)
    assert 3 == state.get_output()

    code, _ = await refusal(
        client.schedule_new_orchestration("mirror", instance_id="reused", reuse_id_policy=running)
    )
    assert grpc.StatusCode.ALREADY_EXISTS == code


async def test_an_orchestrations_id_may_not_look_like_an_entitys(
    client: DurableFunctionsClient,
) -> None:
    code, _ = await refusal(client.schedule_new_orchestration("chain", instance_id="@a@b"))

    assert grpc.StatusCode.INVALID_ARGUMENT == code


async def test_what_is_asked_of_an_unknown_instance_is_refused_in_the_hosts_words(
    client: DurableFunctionsClient,
) -> None:
    message = "No instance with ID 'x' was found. (Parameter 'instanceId')"

    for call in (client.raise_orchestration_event("x", "go"), client.rewind_orchestration("x")):
        assert (grpc.StatusCode.NOT_FOUND, message) == await refusal(call)
    named = (grpc.StatusCode.NOT_FOUND, f"ArgumentException: {message}")
    assert named == await refusal(client.terminate_orchestration("x"))
    assert named == await refusal(client.restart_orchestration("x"))
    assert grpc.StatusCode.UNKNOWN == (await refusal(client.suspend_orchestration("x")))[0]
    assert await client.get_orchestration_state("x") is None
    assert 0 == (await client.purge_orchestration("x")).deleted_instance_count


async def test_a_finished_instance_cannot_be_told_anything(
    client: DurableFunctionsClient,
) -> None:
    await outcome(client, "chain", instance_id="over")

    for call in (
        client.raise_orchestration_event("over", "go"),
        client.terminate_orchestration("over"),
    ):
        code, details = await refusal(call)
        assert grpc.StatusCode.FAILED_PRECONDITION == code
        assert "Completed" in details


async def test_suspending_twice_is_refused(client: DurableFunctionsClient) -> None:
    instance_id = await client.schedule_new_orchestration("waiter")
    await client.suspend_orchestration(instance_id)
    await reaching(client, instance_id, OrchestrationStatus.SUSPENDED)

    code, details = await refusal(client.suspend_orchestration(instance_id))

    assert grpc.StatusCode.UNKNOWN == code
    assert details.endswith("because instance is in the Suspended state.")


async def test_a_sub_orchestration_with_a_running_instances_id_fails(
    client: DurableFunctionsClient,
) -> None:
    await client.schedule_new_orchestration("waiter", instance_id="given-id")

    state = await outcome(client, "nested")

    assert state.runtime_status == OrchestrationStatus.FAILED
    assert "already exists" in (state.serialized_output or "")


async def test_a_message_to_a_finished_instance_is_dropped(
    client: DurableFunctionsClient,
) -> None:
    await outcome(client, "chain", instance_id="gone")

    assert "sent" == await output(client, "teller", "gone")
