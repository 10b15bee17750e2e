"""What the scoring benchmark makes of its runs."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.jobs import EndedJob
from benchmarks.race.contender import Finish, Heat
from benchmarks.race.meter import PeakMemory, cpu_seconds, descendants, pids_below
from benchmarks.race.outputs import rows_of
from benchmarks.race.rest import Rest
from benchmarks.race.results import (
    LIMIT,
    NO_CODE,
    SCRIPT,
    Result,
    disagreements,
    is_reached,
    standings,
    tables,
)
from benchmarks.race.sets import SETS
from benchmarks.race.timeline import timeline_of
from local.project import PROJECT

ROWS = rows_of(b"0 1 a.csv\n1 0 a.csv\n")
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def a_result(contender: str, seconds: float, turn: int = 0) -> Result:
    heat = Heat(SETS["csv10k"], files=100, prefix="in", round=turn)
    return Result(contender, heat, Finish(seconds, 2.0, 300.0, "out"), ROWS, 0.1, 0.2)


def test_a_contender_stands_by_its_median_beside_the_limits() -> None:
    runs = [(LIMIT, 2.0), (LIMIT, 9.0), (LIMIT, 4.0), ("pool", 8.0)]

    limit, pool = standings([a_result(name, seconds) for name, seconds in runs])

    assert (4.0, 1.0) == (limit.seconds, limit.ratio)
    assert (8.0, 0.5) == (pool.seconds, pool.ratio)
    assert (2.0, 9.0) == limit.spread
    assert not pool.is_below  # only the service has goals


@pytest.mark.parametrize(
    ("contender", "seconds", "goal", "verdict"),
    [
        (SCRIPT, 1.05, 0.95, "ok"),
        (SCRIPT, 1.06, 0.95, "below"),
        (NO_CODE, 0.66, 1.5, "ok"),
        (NO_CODE, 0.67, 1.5, "below"),
    ],
)
def test_the_service_must_reach_its_part_of_the_limits_speed(
    contender: str, seconds: float, goal: float, verdict: str
) -> None:
    results = [a_result(LIMIT, 1.0), a_result(contender, seconds)]

    assert (verdict == "ok") == is_reached(results)
    assert re.search(rf">= {goal} +{verdict} ", "\n".join(tables(results)))


def test_a_disturbed_run_counts_only_if_there_is_no_quiet_one() -> None:
    noise = 1000.0
    disturbed = replace(a_result("pool", 10.0), foreign_cpu_seconds=noise)

    (both,) = standings([disturbed, a_result("pool", 4.0)])
    (alone,) = standings([disturbed])

    assert 4.0 == both.seconds
    assert 10.0 == alone.seconds


def test_cpu_time_is_compared_with_the_stores_share() -> None:
    """The limit used 2.0 s and its store 0.1 s; this one 4.0 s and 0.2 s."""
    greedy = a_result("pool", 1.0)
    greedy = replace(greedy, finish=replace(greedy.finish, cpu_seconds=4.0))
    greedy = replace(greedy, storage_cpu_seconds=0.2)

    _, standing = standings([a_result(LIMIT, 1.0), greedy])

    assert 0.5 == standing.cpu_ratio


def test_without_a_limit_there_is_no_ratio() -> None:
    (alone,) = standings([a_result(SCRIPT, 5.0)])

    assert alone.ratio is None
    assert not alone.is_below


def test_a_contender_with_other_rows_spoils_the_race() -> None:
    other = replace(a_result("pool", 1.0), rows=rows_of(b"0 0 a.csv\n1 0 a.csv\n"))
    results = [a_result(LIMIT, 1.0), other]

    (told,) = disagreements(results)

    assert "pool" in told
    assert not is_reached(results)


def test_rows_are_compared_without_regard_to_order_separator_and_quotes() -> None:
    assert rows_of(b'1,0,"a.csv"\n0,1,a.csv\n') == ROWS
    assert rows_of(b"1 0 a.csv\n1 0 a.csv\n") != ROWS
    assert rows_of(b"0 1 a.csv\n1 0 a.csv\n1 0 a.csv\n") != ROWS


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_the_same_wherever_it_is_made(name: str, tmp_path: Path) -> None:
    """And the first two files of a large one are those of a small one."""
    small = SETS[name].made(2, tmp_path / "small")
    large = SETS[name].made(3, tmp_path / "large")

    assert [path.read_bytes() for path in small] == [path.read_bytes() for path in large[:2]]
    assert large[1].read_bytes() != large[2].read_bytes()


def test_a_table_of_the_small_files_has_a_hundred_rows() -> None:
    content = SETS["csv10k"].content(np.random.default_rng(0), 0).splitlines()

    assert b"f0,f1,f2,f3,f4,f5,f6,f7,f8,f9" == content[0]
    assert 101 == len(content)


def test_memory_and_time_of_a_childs_child_count() -> None:
    """A child that holds 100 MB and burnt a tenth of a second, under a shell."""
    hold = "import time; b = b'x' * 10**8; [n for n in range(3_000_000)]; print(flush=True)"
    program = f"{hold}; input()"
    command = ["sh", "-c", f'"$0" -c "{program}"; exit 0', sys.executable]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as shell:  # type: ignore[call-overload]  # both pipes
        shell.stdout.readline()
        used, below = cpu_seconds(shell.pid), descendants(shell.pid)
        with PeakMemory(shell.pid) as memory:
            pass
        shell.communicate(b"\n")

    assert memory.megabytes > 95
    assert used > 0.05
    assert below == 1
    assert cpu_seconds(shell.pid) == 0
    assert cpu_seconds(os.getpid()) > 0


HOST = """
import signal, subprocess, sys, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who has ended is gone
below = [subprocess.Popen([sys.executable, "-c", life]) for life in sys.argv[1:]]
print(flush=True)
time.sleep(60)
"""
WARM = "import time; time.sleep(0.5)"
PREPARED = "import time; [n for n in range(2 * 10**7)]; time.sleep(60)"


@pytest.mark.parametrize(("lives", "prepared"), [([WARM], 0), ([WARM, PREPARED], 1)])
def test_a_host_is_at_rest_when_the_warm_have_left_and_the_prepared_have_nothing_to_do(
    lives: list[str], prepared: int
) -> None:
    command = [sys.executable, "-c", HOST, *lives]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as host:
        assert host.stdout
        host.stdout.readline()

        Rest(host.pid, processes=0, prepared=prepared, idle_s=0.1).wait()

        left, used = pids_below(host.pid), cpu_seconds(host.pid)
        for pid in (*left, host.pid):
            os.kill(pid, signal.SIGKILL)
    assert prepared == len(left)
    assert used > 0.3 * prepared  # it was waited for


class History:
    """The answers of the Durable status query, by instance; times are seconds since BEGAN."""

    def __init__(self, **steps: list[tuple[str, float, float]]) -> None:
        self._steps = steps

    def ask(self, url: str) -> Any:
        instance = url.partition("/instances/")[2].partition("?")[0]
        assert url.endswith("?code=k&showHistory=true")
        steps = self._steps[{"j": "job", "j%3A000000": "shard"}[instance]]
        return {"historyEvents": [{"EventType": "ExecutionStarted"}, *map(self._event, steps)]}

    def _event(self, step: tuple[str, float, float]) -> dict[str, str]:
        name, began, ended = step
        moments = [(BEGAN + timedelta(seconds=s)).isoformat() for s in (began, ended)]
        return {"FunctionName": name, "ScheduledTime": moments[0], "Timestamp": moments[1]}


def test_the_parts_of_a_timeline_add_up_to_the_job() -> None:
    history = History(
        job=[("plan_job", 0.5, 1.0), ("score_shard", 1.25, 8.25), ("end_job", 8.5, 9.5)],
        shard=[
            ("score_minibatch", 1.25, 3.25),
            ("score_minibatch", 1.25, 3.25),
            ("score_minibatch", 3.25, 6.25),
            ("close_shard", 7.0, 8.0),
        ],
    )
    report = [("0.5", "0.25"), ("0.5", "0.25"), ("2.0", "1.5")]
    columns = ("Elapsed Seconds", "Run Method Seconds")
    job = EndedJob(
        name="j",
        posted_at=BEGAN,
        seconds=10.0,
        minibatches=[dict(zip(columns, times, strict=True)) for times in report],
        output_uri="",
        status_url="http://host/instances/j?code=k",
    )

    parts = list(timeline_of(job, history.ask, width=2).parts.values())

    # request, plan, load, run, round run, files and staging, idle, closing, ending, between
    assert [0.5, 0.5, 1.5, 1.0, 0.5, 0.5, 2.5, 1.0, 1.0, 1.0] == parts
    assert sum(parts) == 10.0


def test_the_benchmark_runs_the_service_and_tells_where_its_time_went() -> None:
    command = [sys.executable, "-m", "benchmarks.scoring", "--sets", "csv10k", "--files", "2"]

    ended = subprocess.run(
        [*command, "--reps", "1", "--only", "MLflow"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == ended.returncode, ended.stderr
    assert "200 rows" in ended.stdout
    assert "ending: publishing, receipt, logs" in ended.stdout
