"""Hazards: what the real host may do to an app, on request, and the same for the same seed."""

import asyncio
import base64
import logging
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest
from durabletask.internal import orchestrator_service_pb2 as pb

from devhost.durable_functions import ActivityResult
from devhost.hazards import RATES, HazardousFunctions, parse_hazards
from devhost.worker.function_invocation import WORKER_DIED
from devhost_tests.served import SAMPLE_APP, serve
from devhost_tests.test_durable_functions import finished
from devhost_tests.waiting import DEADLINE_S

FIRE_AT = datetime(2026, 11, 22, 12, 0, 0)  # noqa: DTZ001  # protobuf's own are naive, in UTC


class Functions:
    """Durable functions that note what runs; activities last until they are let go."""

    def __init__(self, turn: pb.OrchestratorResponse | None = None) -> None:
        self.runs: list[str | None] = []
        self.may_end = asyncio.Event()
        self.may_end.set()
        self._turn = turn or pb.OrchestratorResponse()
        self._changed = asyncio.Condition()

    def has_orchestrator(self, name: str) -> bool:
        return True

    def has_activity(self, name: str) -> bool:
        return name == "act"

    def has_entity(self, name: str) -> bool:
        return False

    async def orchestrate(self, name: str, request: str) -> str:
        return base64.b64encode(self._turn.SerializeToString()).decode()

    async def operate_entity(self, name: str, request: str) -> str:
        return request

    async def act(self, name: str, activity_input: str | None) -> ActivityResult:
        async with self._changed:
            self.runs.append(activity_input)
            self._changed.notify_all()
        await self.may_end.wait()
        return ActivityResult(activity_input)

    async def have_run(self, count: int) -> None:
        async with self._changed, asyncio.timeout(DEADLINE_S):
            await self._changed.wait_for(lambda: len(self.runs) >= count)


def hazardous(
    functions: Functions,
    rates: Mapping[str, float],
    *,
    seed: int = 1,
    kill: Callable[[], bool] = lambda: False,
    pace: float = 0.05,
) -> HazardousFunctions:
    return HazardousFunctions(functions, rates, seed, kill, pace)


async def test_a_twin_runs_after_its_activity_has_ended() -> None:
    functions = Functions()

    result = await hazardous(functions, {"twins": 1.0}).act("act", "1")

    assert ActivityResult("1") == result
    assert ["1"] == functions.runs
    await functions.have_run(2)
    assert ["1", "1"] == functions.runs


async def test_a_death_loses_the_result_and_not_the_effect() -> None:
    """Without a worker process to kill, the orphan lives on, as it does on the real host."""
    functions = Functions()

    result = await hazardous(functions, {"worker-death": 1.0}).act("act", "1")

    assert result.failure is not None
    assert WORKER_DIED == result.failure.error_type
    assert "Exception while executing function: Functions.act" == result.failure.message
    assert ["1"] == functions.runs


async def test_a_death_kills_a_worker_that_is_at_work() -> None:
    functions = Functions()
    functions.may_end.clear()

    def kill() -> bool:
        functions.may_end.set()
        return True

    result = await hazardous(functions, {"worker-death": 1.0}, kill=kill).act("act", "1")

    assert ActivityResult("1") == result, "what the killed worker's host says is the answer"


async def test_the_same_seed_draws_the_same_hazards(caplog: pytest.LogCaptureFixture) -> None:
    async def words(seed: int) -> list[str]:
        caplog.clear()
        functions = hazardous(Functions(), {"delays": 0.5}, seed=seed)
        with caplog.at_level(logging.WARNING):
            await asyncio.gather(*(functions.act("act", str(n)) for n in range(20)))
        return sorted(record.getMessage() for record in caplog.records)

    first, again, other = [await words(seed) for seed in (1, 1, 2)]

    assert first == again
    assert first != other
    assert 0 < len(first) < 20


async def test_a_retry_draws_anew() -> None:
    """An activity that died is not doomed to die at every try."""
    functions = hazardous(Functions(), {"worker-death": 0.5})

    fates = {(await functions.act("act", "1")).failure is None for _ in range(10)}

    assert {True, False} == fates


async def test_timers_come_early_or_late() -> None:
    turn = pb.OrchestratorResponse()
    turn.actions.add(id=1).createTimer.fireAt.FromDatetime(FIRE_AT)

    shifts = set()
    for seed in range(10):
        functions = hazardous(Functions(turn), {"timers": 1.0}, seed=seed, pace=1)
        response = base64.b64decode(await functions.orchestrate("orc", "request"))
        [action] = pb.OrchestratorResponse.FromString(response).actions
        shifts.add((action.createTimer.fireAt.ToDatetime() - FIRE_AT).total_seconds())

    assert min(shifts) < 0 < max(shifts)
    assert all(-1 <= shift <= 3 for shift in shifts)


@pytest.mark.parametrize(("length", "actions"), [(100, 1), (40_000, 0)])
async def test_a_failure_text_that_is_too_long_never_completes(length: int, actions: int) -> None:
    turn = pb.OrchestratorResponse()
    turn.actions.add(id=1).completeOrchestration.failureDetails.errorMessage = "x" * length

    functions = hazardous(Functions(turn), {"failure-texts": 1.0})
    response = base64.b64decode(await functions.orchestrate("orc", "request"))

    assert actions == len(pb.OrchestratorResponse.FromString(response).actions)


async def test_without_hazards_nothing_is_changed() -> None:
    functions = Functions()
    inner = hazardous(functions, {})

    assert ActivityResult("1") == await inner.act("act", "1")
    assert "request" == await inner.operate_entity("entity", "request")
    assert (True, True, False) == (
        inner.has_orchestrator("x"),
        inner.has_activity("act"),
        inner.has_entity("x"),
    )
    assert ["1"] == functions.runs


def test_hazards_are_named_with_or_without_their_rate() -> None:
    assert {"twins": 0.5, "delays": RATES["delays"]} == parse_hazards("twins=0.5, delays")


@pytest.mark.parametrize("text", ["twin", "twins=2", "twins=often"])
def test_a_hazard_that_there_is_not_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a hazard"):
        parse_hazards(text)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_an_app_that_retries_has_the_same_result_under_all_hazards(
    tmp_path: Path, workers: str
) -> None:
    hazards = "twins=0.3,worker-death=0.1,delays=0.3,timers"
    with serve(SAMPLE_APP, tmp_path, "--hazards", hazards, "--workers", workers) as served:
        assert 2 * sum(range(30)) == finished(served, "retries", 30)["output"]
        served.printed("hazard: the worker dies that runs 'double'")


def test_a_host_with_hazards_says_so_and_still_serves(tmp_path: Path) -> None:
    with serve(SAMPLE_APP, tmp_path, "--hazards", "twins=1,delays=1") as served:
        assert 20 == finished(served, "chain", 5)["output"]
        served.printed(r"hazard: 'double' runs again in \d")
        served.printed(r"hazard: 'double_slowly' starts \d\.\d s late")
