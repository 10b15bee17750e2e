"""The end of a scorer: what its script may still write, and what it reports."""

from pathlib import Path

import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.process_exit import ExitReport
from tests.scoring.lasting_scripts import TOTALS_AT_ITS_END, Run, exit_report_of
from tests.scoring.script_lease import leased
from tests.support.waiting import is_running


@pytest.mark.parametrize("leaves", ["b", "exit"])
def test_shutdown_is_called_once_at_the_end_and_its_files_are_reported(
    pool: ScorerPool, tmp_path: Path, leaves: str
) -> None:
    with leased(pool, tmp_path, TOTALS_AT_ITS_END) as scorer:
        run = Run(scorer)
        run.score("a")
        run.score(leaves)
    farewell = exit_report_of(scorer.scorer, run.published)

    assert ("", "") == (farewell.failure, farewell.loss)
    assert {"totals": f"a,{leaves};".encode()} == run.published
    assert farewell is scorer.scorer.exit.finish(), "asked again, it says the same"


def test_a_shutdown_that_raises_is_reported_with_its_traceback(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with leased(pool, tmp_path, TOTALS_AT_ITS_END) as scorer:
        run = Run(scorer)
        run.score("raise")
    farewell = exit_report_of(scorer.scorer, run.published)

    assert "shutdown() failed: ValueError: no totals today" == farewell.failure
    assert "Traceback" in farewell.details


def test_a_shutdown_that_hangs_is_ended(pool: ScorerPool, tmp_path: Path) -> None:
    with leased(pool, tmp_path, TOTALS_AT_ITS_END) as scorer:
        run = Run(scorer)
        run.score("hang")
    farewell = exit_report_of(scorer.scorer, run.published, limit_s=0.3)

    assert "shutdown() took more than 0.3 s, and the process was killed" == farewell.failure
    assert not is_running(run.pid)


def test_who_cannot_be_heard_is_asked_again(pool: ScorerPool, tmp_path: Path) -> None:
    """The store did not answer: what the scorer left is there for the next try."""
    told: list[ExitReport] = []
    answers = [False, True]

    def on_exit(farewell: ExitReport | None) -> None:
        if farewell is None:
            return
        if not answers.pop(0):
            raise ConnectionError
        told.append(farewell)

    with leased(pool, tmp_path, TOTALS_AT_ITS_END, job="one") as scorer:
        scorer.scorer.exit.on_exit = on_exit
        Run(scorer).score("a")
    with pytest.raises(ConnectionError):
        pool.finish("one")
    pool.finish("one")

    assert [["totals"]] == [[one.name for one in farewell.side_files] for farewell in told]


def test_a_process_that_is_replaced_writes_its_end_before_its_successor_begins(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """It has removed its own home: between two mini-batches another takes its place."""
    source = TOTALS_AT_ITS_END.replace(
        "    return mini_batch",
        "    if 'rm' in seen:\n        shutil.rmtree(os.environ['HOME'])\n    return mini_batch",
    )
    with leased(pool, tmp_path, source) as scorer:
        run = Run(scorer)
        run.score("a")
        run.score("rm")
        run.score("b")
        assert run.pid != scorer.scorer.pid
        assert {"totals": b"a,rm;"} == run.published
    exit_report_of(scorer.scorer, run.published)

    assert {"totals": b"a,rm;b;"} == run.published
