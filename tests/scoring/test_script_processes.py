"""Processes that a script starts, and what becomes of them."""

from pathlib import Path

import pytest

from shared.scoring.scorer.pool import ScorerPool
from tests.scoring.script_lease import misbehaving
from tests.support.waiting import is_running, wait_until


def test_a_fork_that_counts_on_its_exit_code_gets_it(pool: ScorerPool, tmp_path: Path) -> None:
    with misbehaving(pool, tmp_path, "forks_and_counts_on_the_exit_code") as scorer:
        assert ["3"] == scorer.rows("a")


def test_what_a_script_forked_dies_with_its_process(pool: ScorerPool, tmp_path: Path) -> None:
    with misbehaving(pool, tmp_path, "leaves_a_fork_asleep") as scorer:
        forked = int(scorer.rows("a")[0])
        assert is_running(forked)
        scorer.scorer.end()

    wait_until(lambda: not is_running(forked), "the fork ended")


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_script_may_use_worker_processes_of_its_own(
    pool: ScorerPool, tmp_path: Path, method: str
) -> None:
    environment = (("START", method), ("PYTHONWARNINGS", "ignore"))

    with misbehaving(pool, tmp_path, "uses_worker_processes", environment=environment) as scorer:
        assert ["0", "2", "4"] == scorer.rows("a", "b", "c")
        assert ["0"] == scorer.rows("a")


@pytest.mark.parametrize("end", ["hang", "leave"])
def test_daemons_that_a_script_left_end_with_its_process(
    pool: ScorerPool, tmp_path: Path, end: str
) -> None:
    """In another session, in another group, or twice forked: nobody outlives the scorer."""
    told = tmp_path / "told"
    with misbehaving(
        pool, tmp_path, "leaves_daemons", environment=(("TOLD", str(told)),)
    ) as scorer:
        if end == "hang":
            assert "timeout" == scorer.failure("hang", timeout_s=2).kind
        else:
            scorer.score("a")
            assert all(is_running(int(pid)) for pid in told.read_text().split())
            scorer.scorer.end()

        left = [int(pid) for pid in told.read_text().split()]
        assert 4 == len(left)
        wait_until(lambda: not any(map(is_running, left)), "they all ended")
