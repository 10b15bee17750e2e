"""Files that a script holds open to its end."""

import gzip
from pathlib import Path

import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.scorer_state import ScorerState
from tests.scoring.lasting_scripts import BY_ATEXIT, BY_ITSELF, Run, exit_report_of, holds
from tests.scoring.script_lease import leased

BY_SHUTDOWN = "globals().update(shutdown=lines.close)"


@pytest.mark.parametrize("closes", [BY_SHUTDOWN, BY_ATEXIT, BY_ITSELF])
def test_an_archive_that_is_open_to_the_end_is_whole(
    pool: ScorerPool, tmp_path: Path, closes: str
) -> None:
    with leased(pool, tmp_path, holds(closes)) as scorer:
        run = Run(scorer)
        run.score("a")
        assert scorer.scorer.exit.must_end_well
        run.score("b")
    farewell = exit_report_of(scorer.scorer, run.published)

    assert ("", "") == (farewell.failure, farewell.loss)
    assert b"a\nb\n" == gzip.decompress(run.published["all.gz"])


def test_an_archive_whose_process_died_is_lost_in_words(pool: ScorerPool, tmp_path: Path) -> None:
    with leased(pool, tmp_path, holds()) as scorer:
        run = Run(scorer)
        run.score("a")
        run.fail("die")
        run.score("b")

    assert "The script held 'all.gz' open" in scorer.scorer.exit.loss
    assert "Close each file in run()" in exit_report_of(scorer.scorer, run.published).loss


def test_an_archive_whose_process_died_at_rest_is_lost_in_words(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with leased(pool, tmp_path, holds()) as scorer:
        run = Run(scorer)
        run.score("a")
        run.fail("die")

    assert ScorerState.DEAD is scorer.scorer.state
    assert "The script held 'all.gz' open" in exit_report_of(scorer.scorer, run.published).loss


def test_a_log_whose_process_died_has_lost_nothing(pool: ScorerPool, tmp_path: Path) -> None:
    """Its lines can be read without its end."""
    with leased(pool, tmp_path, holds(opens="open")) as scorer:
        run = Run(scorer)
        run.score("a")
        run.fail("die")
    farewell = exit_report_of(scorer.scorer, run.published)

    assert "" == farewell.loss
    assert {"all.gz": b"a\n"} == run.published


def test_a_try_that_failed_before_it_wrote_does_not_cost_the_archive(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with leased(pool, tmp_path, holds()) as scorer:
        run = Run(scorer)
        run.score("a")
        run.fail("bad")
        run.score("b")
    farewell = exit_report_of(scorer.scorer, run.published)

    assert "" == farewell.loss
    assert b"a\nb\n" == gzip.decompress(run.published["all.gz"])


def test_a_try_that_failed_after_it_wrote_into_the_archive_is_reported(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """What it wrote cannot be taken out again, and would come twice."""
    with leased(pool, tmp_path, holds()) as scorer:
        run = Run(scorer)
        run.score("a")
        run.fail("late")
        run.score("b")

    assert "The script held 'all.gz' open" in scorer.scorer.exit.loss
