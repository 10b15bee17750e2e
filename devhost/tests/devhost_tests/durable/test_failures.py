import json

from azure.durable_functions.client import DurableFunctionsClient
from durabletask.client import OrchestrationStatus
from durabletask.entities import EntityInstanceId

from devhost_tests.durable.calls import outcome, output
from devhost_tests.durable.functions import Functions
from devhost_tests.waiting import until_awaited


async def test_an_activitys_failure_reaches_its_orchestrator_as_type_and_first_line(
    client: DurableFunctionsClient,
) -> None:
    state = await outcome(client, "catching")

    text, kind, message, trace = state.get_output()
    assert f"{state.instance_id}: Activity task #1 failed: caught" == text
    assert ("ValueError", "caught") == (kind, message)
    assert "explode" in trace


async def test_an_uncaught_failure_of_an_activity_fails_the_orchestration(
    client: DurableFunctionsClient,
) -> None:
    state = await outcome(client, "exploding", "boom\nsecond line")

    assert state.runtime_status == OrchestrationStatus.FAILED
    words = f"{state.instance_id}: Activity task #1 failed: boom"
    assert f"durabletask.task.TaskFailedError: {words}" == state.serialized_output
    assert state.failure_details is not None
    assert words == state.failure_details.message


async def test_an_orchestrators_own_exception_keeps_all_its_lines(
    client: DurableFunctionsClient,
) -> None:
    state = await outcome(client, "raising", "first\nsecond")

    assert "builtins.RuntimeError: first\nsecond" == state.serialized_output


async def test_an_empty_message_is_a_failure_all_the_same(client: DurableFunctionsClient) -> None:
    for name in ("raising", "exploding"):
        state = await outcome(client, name, "")

        assert state.runtime_status == OrchestrationStatus.FAILED
        assert state.serialized_output


async def test_a_message_of_a_megabyte_survives(client: DurableFunctionsClient) -> None:
    state = await outcome(client, "raising", "x" * 1_000_000)

    assert state.runtime_status == OrchestrationStatus.FAILED
    assert state.failure_details is not None
    assert 1_000_000 == len(state.failure_details.message)


async def test_a_childs_failure_names_the_child_and_its_reason(
    client: DurableFunctionsClient,
) -> None:
    state = await outcome(client, "parent_of_exploding", "boom")

    child = f"{state.instance_id}:0001"
    reason = f"Sub-orchestration task #1 failed: {child}: Activity task #1 failed: boom"
    assert f"durabletask.task.TaskFailedError: {reason}" == state.serialized_output


async def test_a_retry_runs_the_activity_again(
    client: DurableFunctionsClient, functions: Functions
) -> None:
    assert "second time" == await output(client, "retrying", "key")
    assert 2 == functions.calls["explode_once"]


async def test_an_unknown_orchestrator_fails_with_the_reason(
    client: DurableFunctionsClient,
) -> None:
    state = await outcome(client, "nothing_of_that_name")

    assert state.runtime_status == OrchestrationStatus.FAILED
    message = json.loads(state.serialized_output or "")["message"]
    assert message.startswith("The function 'nothing_of_that_name' doesn't exist")


async def test_an_unknown_activity_fails_its_task(client: DurableFunctionsClient) -> None:
    state = await outcome(client, "calls_missing")

    assert "The function 'not_there' doesn't exist" in (state.serialized_output or "")


async def test_a_turn_that_the_worker_did_not_survive_is_run_again(
    client: DurableFunctionsClient, functions: Functions
) -> None:
    functions.breakdowns = 3

    assert "abc" == await output(client, "chain")


async def test_a_turn_that_no_worker_survives_fails_the_instance_with_the_reason(
    client: DurableFunctionsClient, functions: Functions
) -> None:
    functions.breakdowns = 1000

    state = await outcome(client, "chain")

    assert "ConnectionError: the worker is gone" == state.serialized_output


async def test_a_batch_that_the_worker_did_not_survive_is_run_again(
    client: DurableFunctionsClient, functions: Functions
) -> None:
    functions.breakdowns = 3
    counter = EntityInstanceId("counter", "b")
    await client.signal_entity(counter, "add", 1)

    async def is_counted() -> bool:
        return await client.get_entity(counter) is not None

    await until_awaited(is_counted)
    entity = await client.get_entity(counter)
    assert entity is not None
    assert 1 == entity.get_state(int)
