import grpc
from azure.durable_functions.client import DurableFunctionsClient
from durabletask.client import OrchestrationStatus

from devhost_tests.durable.calls import outcome, refusal
from devhost_tests.durable.functions import Functions


async def test_rewinding_runs_only_what_had_failed(
    client: DurableFunctionsClient, functions: Functions
) -> None:
    """First the activity with retries fails, then the fan-out, then the sub-orchestration."""
    functions.is_broken = True
    await outcome(client, "rewindable", instance_id="r")
    echoes = functions.calls["echo"]
    functions.is_broken = False

    await client.rewind_orchestration("r", reason="mended")

    state = await client.wait_for_orchestration_completion("r", timeout=10)
    assert state is not None
    mended = [f"mended {key}" for key in ("retried", "0", "1", "2", "child")]
    assert ["kept", *mended] == state.get_output(), state.failure_details
    assert echoes == functions.calls["echo"]


async def test_a_fan_out_that_failed_in_part_is_rewound_in_whole(
    client: DurableFunctionsClient, functions: Functions
) -> None:
    """Of the activities that were still open when the first one failed none is lost."""
    functions.is_broken = True
    failed = await outcome(client, "fragile_fan", instance_id="f")
    assert failed.runtime_status == OrchestrationStatus.FAILED
    functions.is_broken = False

    await client.rewind_orchestration("f")

    state = await client.wait_for_orchestration_completion("f", timeout=10)
    assert state is not None
    assert [f"mended {i}" for i in range(20)] == state.get_output()


async def test_rewinding_reaches_down_to_failed_children(
    client: DurableFunctionsClient, functions: Functions
) -> None:
    functions.is_broken = True
    failed = await outcome(client, "parent_of_rewindable_child", instance_id="p")
    assert failed.runtime_status == OrchestrationStatus.FAILED
    functions.is_broken = False

    await client.rewind_orchestration("p")

    state = await client.wait_for_orchestration_completion("p", timeout=10)
    assert state is not None
    assert ["kept", "mended child"] == state.get_output()
    assert 1 == functions.calls["echo"]


async def test_only_a_failed_instance_can_be_rewound(client: DurableFunctionsClient) -> None:
    await outcome(client, "chain", instance_id="fine")

    code, details = await refusal(client.rewind_orchestration("fine"))

    assert grpc.StatusCode.FAILED_PRECONDITION == code
    assert "has status Completed" in details
