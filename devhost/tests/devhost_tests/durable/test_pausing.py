import asyncio

import grpc
import pytest
from aiohttp import ClientResponse
from azure.durable_functions.client import DurableFunctionsClient
from durabletask.client import OrchestrationStatus

from devhost_tests.durable.calls import outcome, reaching, refusal
from devhost_tests.durable.conftest import Http
from devhost_tests.durable.http_calls import API, has_status, started


def wording(verb: str, status: str) -> str:
    return f"Cannot {verb} the orchestration instance w because instance is in the {status} state."


async def test_resuming_what_is_not_suspended_is_refused_and_does_no_harm(
    client: DurableFunctionsClient,
) -> None:
    await client.schedule_new_orchestration("waiter", instance_id="w")
    await client.wait_for_orchestration_start("w", timeout=10)

    assert (grpc.StatusCode.UNKNOWN, wording("resume", "Running")) == await refusal(
        client.resume_orchestration("w")
    )

    await client.raise_orchestration_event("w", "go", data=1)
    state = await client.wait_for_orchestration_completion("w", timeout=10)
    assert state is not None
    assert (OrchestrationStatus.COMPLETED, 1) == (state.runtime_status, state.get_output())


async def test_resuming_over_http_what_is_not_suspended_is_500(http: Http) -> None:
    await started(http, "waiter", instance_id="w")
    await has_status(http, "w", "Running")

    response = await http.post(f"{API}/instances/w/resume")

    assert (500, wording("resume", "Running")) == (
        response.status,
        (await response.json())["ExceptionMessage"],
    )
    await has_status(http, "w", "Running")


async def test_of_many_resumes_at_once_one_counts(http: Http) -> None:
    await started(http, "waiter", instance_id="w")
    await http.post(f"{API}/instances/w/suspend")
    await has_status(http, "w", "Suspended")

    async def resume() -> ClientResponse:
        return await http.post(f"{API}/instances/w/resume")

    answers = await asyncio.gather(*(resume() for _ in range(8)))

    assert [202, *[500] * 7] == sorted(answer.status for answer in answers)
    await http.post(f"{API}/instances/w/raiseEvent/go", json=1)
    assert 1 == (await has_status(http, "w", "Completed"))["output"]


async def test_pausing_again_and_again_without_waiting_keeps_the_order(
    client: DurableFunctionsClient,
) -> None:
    await client.schedule_new_orchestration("waiter", instance_id="w")
    for _ in range(5):
        await client.suspend_orchestration("w")
        await client.resume_orchestration("w")
    await client.suspend_orchestration("w")

    await reaching(client, "w", OrchestrationStatus.SUSPENDED)
    assert wording("suspend", "Suspended") == (await refusal(client.suspend_orchestration("w")))[1]
    await client.resume_orchestration("w")
    await client.raise_orchestration_event("w", "go", data=1)
    state = await client.wait_for_orchestration_completion("w", timeout=10)
    assert state is not None
    assert OrchestrationStatus.COMPLETED == state.runtime_status


@pytest.mark.parametrize("verb", ["suspend", "resume"])
async def test_what_has_ended_is_neither_suspended_nor_resumed(
    client: DurableFunctionsClient, verb: str
) -> None:
    await outcome(client, "chain", instance_id="w")

    command = getattr(client, f"{verb}_orchestration")("w")

    assert (grpc.StatusCode.UNKNOWN, wording(verb, "Completed")) == await refusal(command)
