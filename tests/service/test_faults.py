"""Killed in the middle: the host, its scorers, the storage. The same bytes come out, proven.

The kills fall while the job runs, at counts of finished mini-batches; to run more of them by hand,
raise KILLS.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.service.conftest import deploy_on
from tests.service.models import csv_of, rows_of
from tests.support.stack import Stack, kill_scorers, served
from tests.support.waiting import wait_until

KILLS = 2
COUNT = 260
FILES = {f"f{i:03d}.csv": csv_of((i, 1), (i, 2)) for i in range(COUNT)}
ROWS = [row for i in range(COUNT) for row in rows_of(f"f{i:03d}.csv", (i, 1), (i, 2))]
SETTINGS: dict[str, Any] = {
    "miniBatchSize": 1,
    "maxConcurrencyPerInstance": 2,
    "environmentVariables": {"SLEEP_S": "0.03"},
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A service that these tests may kill parts of."""
    with served(tmp_path_factory.mktemp("faults") / "state") as running:
        deploy_on(running, "faulty", **SETTINGS)
        running.upload("faults", FILES)
        yield running


def done(stack: Stack, started: Any) -> int:
    """Finished mini-batches; -1 while the service does not answer."""
    try:
        progress = stack.job(started).get("progress")
    except OSError:
        return -1
    return progress["mini_batches"]["done"] if progress else 0


def _has_done(stack: Stack, started: Any, minibatches: int) -> bool:
    return done(stack, started) >= minibatches


def undisturbed_while(own: Stack, disturb: Callable[[], None]) -> None:
    """Start a job, disturb it KILLS times on its way, and check that nobody can tell."""
    started = own.invoke("faulty", "azureml://datastores/workspaceblobstore/paths/faults")
    for kill in range(KILLS):
        wait_until(partial(_has_done, own, started, (kill + 1) * COUNT // (KILLS + 1) - 40))
        disturb()
    properties = own.ended(started, limit_s=240)

    assert "Completed" == properties["status"], properties
    assert ROWS == own.output(properties).decode().splitlines()
    receipt = own.receipt(started)
    assert "proven" == receipt["verdict"]
    assert COUNT == receipt["files"]["scored"]
    assert properties["outputs"]["sha256"] == receipt["output"]["sha256"]


def test_a_killed_host_loses_nothing(own: Stack) -> None:
    def kill_host() -> None:
        own.back_after("host", own.kill("host"))

    undisturbed_while(own, kill_host)


def test_a_killed_scorer_loses_nothing(own: Stack) -> None:
    """Three tries per mini-batch are more than the kills that can hit one."""
    undisturbed_while(own, partial(kill_scorers, own))


def test_a_killed_storage_loses_nothing(own: Stack) -> None:
    def kill_storage() -> None:
        own.back_after("azurite", own.kill("azurite"))

    undisturbed_while(own, kill_storage)


def test_everything_killed_at_once_goes_on_at_the_next_start(state: Path) -> None:
    """`kill -9` of the supervisor takes all with it; a new start on the same state ends the job."""
    with served(state) as first:
        deploy_on(first, "faulty", **SETTINGS)
        first.upload("faults", FILES)
        started = first.invoke("faulty", "azureml://datastores/workspaceblobstore/paths/faults")
        wait_until(lambda: done(first, started) > 50)
        first.process.kill()
        first.process.wait()
    with served(state) as second:
        properties = second.ended(started, limit_s=240)

        assert "Completed" == properties["status"], properties
        assert ROWS == second.output(properties).decode().splitlines()
