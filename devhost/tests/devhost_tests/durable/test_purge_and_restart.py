from datetime import UTC, datetime, timedelta

import grpc
from azure.durable_functions.client import DurableFunctionsClient
from durabletask.client import OrchestrationStatus

from devhost_tests.durable.calls import outcome, refusal


async def test_purging_deletes_a_finished_instance_and_refuses_a_running_one(
    client: DurableFunctionsClient,
) -> None:
    await outcome(client, "chain", instance_id="old")
    await client.schedule_new_orchestration("waiter", instance_id="young")

    assert 1 == (await client.purge_orchestration("old")).deleted_instance_count
    assert await client.get_orchestration_state("old") is None
    assert [] == await client.get_orchestration_history("old")
    code, _ = await refusal(client.purge_orchestration("young"))
    assert grpc.StatusCode.FAILED_PRECONDITION == code


async def test_purging_by_a_filter_never_touches_what_runs(
    client: DurableFunctionsClient,
) -> None:
    await client.schedule_new_orchestration("waiter", instance_id="running")
    for number in range(3):
        await outcome(client, "mirror", number)
    await outcome(client, "raising", "x", instance_id="failed")

    only_failed = await client.purge_orchestrations_by(
        runtime_status=[OrchestrationStatus.FAILED, OrchestrationStatus.RUNNING]
    )
    everything = await client.purge_orchestrations_by(
        created_time_from=datetime.now(UTC) - timedelta(hours=1)
    )
    nothing_running = await client.purge_orchestrations_by(
        runtime_status=[OrchestrationStatus.RUNNING]
    )

    counts = [only_failed, everything, nothing_running]
    assert [1, 3, 0] == [purged.deleted_instance_count for purged in counts]
    assert await client.get_orchestration_state("running") is not None


async def test_purging_by_time_spares_what_is_outside(client: DurableFunctionsClient) -> None:
    await outcome(client, "chain")
    now = datetime.now(UTC)

    later = await client.purge_orchestrations_by(created_time_from=now)
    earlier = await client.purge_orchestrations_by(created_time_to=now)

    assert [0, 1] == [later.deleted_instance_count, earlier.deleted_instance_count]


async def test_restarting_runs_the_same_input_under_the_same_or_a_new_id(
    client: DurableFunctionsClient,
) -> None:
    await outcome(client, "mirror", {"n": 1}, instance_id="once")

    same = await client.restart_orchestration("once")
    other = await client.restart_orchestration("once", restart_with_new_instance_id=True)

    assert "once" == same
    assert "once" != other
    for instance_id in (same, other):
        state = await client.wait_for_orchestration_completion(instance_id, timeout=10)
        assert state is not None
        assert {"n": 1} == state.get_output()


async def test_restarting_a_running_instance_under_its_id_is_refused(
    client: DurableFunctionsClient,
) -> None:
    await client.schedule_new_orchestration("waiter", instance_id="busy")

    code, _ = await refusal(client.restart_orchestration("busy"))

    assert grpc.StatusCode.FAILED_PRECONDITION == code
