"""Mini-batches whose process ended before it could write its end."""

import os
import signal
from pathlib import Path

import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.scorer_state import ScorerState
from tests.scoring.lasting_scripts import BY_ITSELF, TOTALS_AT_ITS_END, Run, exit_report_of, holds
from tests.scoring.script_lease import leased
from tests.support.waiting import is_running, wait_until


def test_minibatches_whose_process_died_before_its_end_are_counted(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with leased(pool, tmp_path, TOTALS_AT_ITS_END) as scorer:
        run, ending = Run(scorer), scorer.scorer.exit
        run.score("a")
        run.fail("bad")
        run.score("b")
        assert 0 == ending.cut_off, "its process lives"
        run.fail("die")
        assert 2 == ending.cut_off
        run.fail("die")
        run.score("c")
    farewell = exit_report_of(scorer.scorer, run.published)

    assert "" == farewell.failure
    assert b"c;" == run.published["totals"]
    assert 2 == ending.cut_off


def test_minibatches_whose_process_died_at_rest_are_counted_at_the_end(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """No successor comes, and nobody is there to be asked for an end."""
    with leased(pool, tmp_path, TOTALS_AT_ITS_END) as scorer:
        run, ending = Run(scorer), scorer.scorer.exit
        run.score("a")
        run.score("b")
    os.kill(run.pid, signal.SIGKILL)
    wait_until(lambda: scorer.scorer.state is ScorerState.DEAD, "the process has died")
    exit_report_of(scorer.scorer, run.published)

    assert {} == run.published
    assert 2 == ending.cut_off


def test_minibatches_that_come_again_are_not_cut_off(pool: ScorerPool, tmp_path: Path) -> None:
    with leased(pool, tmp_path, holds(opens="open")) as scorer:
        run, ending = Run(scorer), scorer.scorer.exit
        run.score("a")
        scorer.scorer.commit()
        run.score("b")
        scorer.scorer.roll_back()
        run.score("b")

    assert 1 == ending.cut_off


def test_a_script_with_nothing_to_write_at_its_end_has_none_cut_off(
    pool: ScorerPool, tmp_path: Path
) -> None:
    script = holds(BY_ITSELF, opens="open").replace("import atexit, ", "import ")
    with leased(pool, tmp_path, script) as scorer:
        run = Run(scorer)
        run.score("a")
        run.fail("die")

    assert 0 == scorer.scorer.exit.cut_off


def test_a_scorer_whose_lease_failed_is_not_gone_on_with_if_its_end_counts(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """The bundle comes again: the totals of this process would count it twice."""

    def lose() -> None:
        with leased(pool, tmp_path, TOTALS_AT_ITS_END, job="one") as scorer:
            pids.append(scorer.scorer.pid or 0)
            Run(scorer).score("a")
            raise ConnectionError

    pids: list[int] = []
    with pytest.raises(ConnectionError):
        lose()

    assert not is_running(pids[0])
    with leased(pool, tmp_path, TOTALS_AT_ITS_END, job="one") as scorer:
        run = Run(scorer)
        run.score("a")
    exit_report_of(scorer.scorer, run.published)
    assert {"totals": b"a;"} == run.published
