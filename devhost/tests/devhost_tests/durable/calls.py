"""Starting instances, waiting for their ends, and catching refusals."""

from collections.abc import Awaitable
from typing import Any

import grpc
import pytest
from azure.durable_functions.client import DurableFunctionsClient
from durabletask.client import OrchestrationState, OrchestrationStatus

from devhost_tests.durable.functions import Functions
from devhost_tests.waiting import until_awaited


async def outcome(
    client: DurableFunctionsClient, name: str, argument: object = None, **how: Any
) -> OrchestrationState:
    instance_id = await client.schedule_new_orchestration(name, input=argument, **how)
    state = await client.wait_for_orchestration_completion(instance_id, timeout=20)
    assert state is not None
    return state


async def output(client: DurableFunctionsClient, name: str, argument: object = None) -> object:
    state = await outcome(client, name, argument)
    assert state.runtime_status == OrchestrationStatus.COMPLETED, state.failure_details
    return state.get_output()


async def reaching(
    client: DurableFunctionsClient, instance_id: str, status: OrchestrationStatus
) -> OrchestrationState:
    async def reached() -> OrchestrationState | None:
        state = await client.get_orchestration_state(instance_id)
        return state if state is not None and state.runtime_status == status else None

    found = await until_awaited(reached)
    assert found is not None
    return found


async def refusal(call: Awaitable[object]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value.code(), caught.value.details() or ""


async def has_napped(functions: Functions, times: int) -> bool:
    return functions.calls["nap"] == times and functions.running == 0
