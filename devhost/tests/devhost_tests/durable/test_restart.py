import asyncio
import socket
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from azure.durable_functions.client import DurableFunctionsClient
from durabletask.client import OrchestrationStatus
from durabletask.entities import EntityInstanceId

from devhost.durable.hub import HubLocked
from devhost_tests.durable.calls import reaching
from devhost_tests.durable.functions import Functions
from devhost_tests.durable.hubs import client_of, serving
from devhost_tests.durable.sample import sample_functions
from devhost_tests.waiting import until_awaited


async def test_what_waited_when_the_host_stopped_goes_on_when_it_starts_again(
    database: Path,
) -> None:
    """A timer, an event that is still to come, one that came in time, a put-off start, a lock."""
    soon = datetime.now(UTC) + timedelta(seconds=0.5)
    async with serving(sample_functions(), database) as served, client_of(served) as client:
        await client.schedule_new_orchestration("sleeper", input=0.5, instance_id="timer")
        await client.schedule_new_orchestration("waiter", instance_id="event")
        await client.schedule_new_orchestration("two_waits", instance_id="half")
        await client.raise_orchestration_event("half", "step", data=1)
        await client.schedule_new_orchestration("chain", instance_id="later", start_at=soon)
        await client.schedule_new_orchestration("lock_and_wait", instance_id="lock")

    async with serving(sample_functions(), database) as served, client_of(served) as client:
        await client.raise_orchestration_event("event", "go", data="late")
        await client.raise_orchestration_event("half", "step", data=2)
        await client.raise_orchestration_event("lock", "go")
        outputs = {i: await ending(client, i) for i in ("event", "half", "later", "lock", "timer")}

    assert float(str(outputs.pop("timer"))) >= 0.5
    assert {"event": "late", "half": [1, 2], "later": "abc", "lock": 0} == outputs


async def test_a_suspended_instance_is_still_suspended_after_a_restart(database: Path) -> None:
    async with serving(sample_functions(), database) as served, client_of(served) as client:
        await client.schedule_new_orchestration("waiter", instance_id="paused")
        await client.suspend_orchestration("paused")
        await reaching(client, "paused", OrchestrationStatus.SUSPENDED)

    async with serving(sample_functions(), database) as served, client_of(served) as client:
        await client.raise_orchestration_event("paused", "go", data="on")
        await reaching(client, "paused", OrchestrationStatus.SUSPENDED)
        await client.resume_orchestration("paused")
        assert "on" == await ending(client, "paused")


async def test_a_signal_that_was_put_off_outlives_a_restart(database: Path) -> None:
    target = EntityInstanceId("counter", "c")
    soon = datetime.now(UTC) + timedelta(seconds=0.3)
    async with serving(sample_functions(), database) as served, client_of(served) as client:
        await client.signal_entity(target, "add", 1, signal_time=soon)

    async with serving(sample_functions(), database) as served, client_of(served) as client:

        async def is_counted() -> bool:
            return await client.get_entity(target) is not None

        await until_awaited(is_counted)


async def ending(client: DurableFunctionsClient, instance_id: str) -> object:
    state = await client.wait_for_orchestration_completion(instance_id, timeout=10)
    assert state is not None
    return state.get_output()


async def test_an_activity_that_the_stop_cut_off_runs_again(database: Path) -> None:
    first, second = sample_functions(), sample_functions()
    async with serving(first, database, grace_s=0) as served, client_of(served) as client:
        await client.schedule_new_orchestration("napper", input=0.5, instance_id="n")

        async def is_running() -> bool:
            return first.running == 1

        await until_awaited(is_running)

    async with serving(second, database) as served, client_of(served) as client:
        state = await client.wait_for_orchestration_completion("n", timeout=10)

    assert state is not None
    assert 0.5 == state.get_output()
    assert 1 == second.calls["nap"]


async def test_a_stop_waits_for_running_activities_and_begins_no_more(database: Path) -> None:
    first, second = sample_functions(), sample_functions()
    async with serving(first, database, activities=2) as served, client_of(served) as client:
        await client.schedule_new_orchestration("naps", input=[6, 0.3], instance_id="n")

        async def are_running() -> bool:
            return first.running == 2

        await until_awaited(are_running)
    assert 2 == first.calls["nap"]

    async with serving(second, database, activities=8) as served, client_of(served) as client:
        state = await client.wait_for_orchestration_completion("n", timeout=10)

    assert state is not None
    assert 6 == state.get_output()
    assert 4 == second.calls["nap"]


async def test_a_stop_is_bounded_by_its_grace(database: Path) -> None:
    functions = sample_functions()
    async with serving(functions, database, grace_s=0.1) as served, client_of(served) as client:
        await client.schedule_new_orchestration("napper", input=60)

        async def is_running() -> bool:
            return functions.running == 1

        await until_awaited(is_running)
        started = asyncio.get_running_loop().time()

    assert asyncio.get_running_loop().time() - started < 5


async def test_a_second_host_is_told_who_holds_the_database(database: Path) -> None:
    async with serving(Functions(), database):
        with pytest.raises(HubLocked, match="holds the state in"):
            async with serving(Functions(), database):
                pass

    async with serving(Functions(), database):
        pass  # the first has let go


async def test_a_port_that_is_taken_leaves_nothing_locked(database: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RuntimeError):
            async with serving(Functions(), database, rpc_port=port):
                pass

    async with serving(Functions(), database):
        pass


async def test_state_of_another_version_is_refused(database: Path) -> None:
    async with serving(Functions(), database):
        pass
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()

    with pytest.raises(RuntimeError, match="version 99"):
        async with serving(Functions(), database):
            pass


async def test_a_locked_database_delays_and_loses_nothing(
    database: Path, functions: Functions
) -> None:
    async with serving(functions, database) as served, client_of(served) as client:
        await client.schedule_new_orchestration("waiter", instance_id="w")
        other = sqlite3.connect(database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        raised = asyncio.create_task(client.raise_orchestration_event("w", "go", data=1))
        done, _ = await asyncio.wait({raised}, timeout=0.3)
        assert not done
        other.execute("ROLLBACK")
        other.close()
        await raised

        state = await client.wait_for_orchestration_completion("w", timeout=10)

    assert state is not None
    assert 1 == state.get_output()


async def test_ended_instances_leave_nothing_but_their_record(database: Path) -> None:
    async with serving(sample_functions(), database) as served, client_of(served) as client:
        await client.schedule_new_orchestration("shards", input=[3, 20], instance_id="s")
        await client.wait_for_orchestration_completion("s", timeout=10)
        await client.schedule_new_orchestration("with_deadline", instance_id="d")
        await client.raise_orchestration_event("d", "go")
        await client.wait_for_orchestration_completion("d", timeout=10)

    with sqlite3.connect(database) as connection:
        counts = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - named here
            for table in ("inbox", "tasks", "instances")
        ]
    connection.close()
    assert [0, 0, 5] == counts


async def test_a_full_disk_delays_and_loses_nothing(database: Path, functions: Functions) -> None:
    """Neither a start that was accepted nor the result of an activity that has run."""
    async with serving(functions, database) as served, client_of(served) as client:
        await client.schedule_new_orchestration("naps", input=[20, 0.2], instance_id="n")

        async def are_running() -> bool:
            return functions.running == 8

        await until_awaited(are_running)
        write = served.hub.store.write
        (pages,) = await write(lambda c: c.execute("PRAGMA page_count").fetchone())
        await write(lambda c: c.execute(f"PRAGMA max_page_count={pages}").fetchone())
        with pytest.raises(grpc.aio.AioRpcError, match="The state cannot be used"):
            await client.schedule_new_orchestration("mirror", input="x" * 1_000_000)

        async def have_all_run() -> bool:
            return functions.calls["nap"] == 20 and functions.running == 0

        await until_awaited(have_all_run)
        await write(lambda c: c.execute("PRAGMA max_page_count=1000000").fetchone())

        state = await client.wait_for_orchestration_completion("n", timeout=20)

    assert state is not None
    assert 20 == state.get_output()
    assert 20 == functions.calls["nap"]
