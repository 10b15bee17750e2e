"""Side files over several leases: each job has its own, whatever was lost between."""

import random
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.scorer_side_files import ScorerSideFiles
from shared.scoring.scorer.scorer_state import ScorerState
from shared.scoring.side_files.side_folder import ANY
from tests.scoring.misbehaving_scripts import script_spec
from tests.scoring.script_lease import leased
from tests.scoring.side_changes import Published
from tests.scoring.side_file_scripts import APPENDS_TO_ONE_LOG, BEGINS, ONE_FILE_PER_INPUT, Job
from tests.support.waiting import wait_until


def lines(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()


def test_minibatches_that_come_again_are_reported_again(pool: ScorerPool, tmp_path: Path) -> None:
    """A lease that ends by an exception has put nothing in safety."""
    source = BEGINS + APPENDS_TO_ONE_LOG
    published: Published = {}
    with leased(pool, tmp_path, source) as scorer:
        Job(scorer, published).score("a")

    def lose() -> None:
        with leased(pool, tmp_path, source) as scorer:
            Job(scorer, dict(published)).score("b", "c")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        lose()
    with leased(pool, tmp_path, source) as scorer:
        Job(scorer, published).score("b", "c")
    assert {"log.csv": b"name\na\nb\nc\n"} == published


def test_a_scorer_that_died_at_the_end_of_a_lease_is_gone_on_with(
    pool: ScorerPool, tmp_path: Path
) -> None:
    source = BEGINS + APPENDS_TO_ONE_LOG
    published: Published = {}
    with leased(pool, tmp_path, source) as scorer:
        job = Job(scorer, published)
        job.score("a")
        job.fail("die")
    with leased(pool, tmp_path, source) as scorer:
        Job(scorer, published).score("b")
    assert {"log.csv": b"name\na\nb\n"} == published


@pytest.mark.parametrize("source", [ONE_FILE_PER_INPUT, APPENDS_TO_ONE_LOG])
def test_a_job_with_random_failures_publishes_what_an_undisturbed_one_does(
    pool: ScorerPool, tmp_path: Path, source: str
) -> None:
    chance = random.Random(7)  # noqa: S311
    with leased(pool, tmp_path, BEGINS + source) as scorer:
        job = Job(scorer)
        for number in range(12):
            for _ in range(chance.randrange(3)):
                act = chance.choice(["raise", "die"])
                job.fail(f"file-{number}", act)
            job.score(f"file-{number}")

    names = [f"file-{number}" for number in range(12)]
    if source == APPENDS_TO_ONE_LOG:
        assert {"log.csv": lines(["name", *names])} == job.published
    else:
        assert {f"{name}.out": f"scored {name}".encode() for name in names} == job.published


def test_a_scorer_that_wrote_files_serves_the_job_they_are_of_and_no_other(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """Each job has all its files, and none of another's; in between the first goes on."""
    source = BEGINS + APPENDS_TO_ONE_LOG
    published: dict[str, Published] = {"one": {}, "two": {}}
    pids = []
    for job, name in (("one", "a"), ("two", "b"), ("one", "c"), ("two", "d")):
        with leased(pool, tmp_path, source, job=job) as scorer:
            Job(scorer, published[job]).score(name)
            pids.append(scorer.scorer.pid)

    assert {"log.csv": lines(["name", "a", "c"])} == published["one"]
    assert {"log.csv": lines(["name", "b", "d"])} == published["two"]
    assert pids[:2] == pids[2:]
    assert 2 == len(set(pids))


def test_when_a_job_is_over_its_scorers_leave_and_the_others_stay(
    pool: ScorerPool, tmp_path: Path
) -> None:
    source = BEGINS + ONE_FILE_PER_INPUT
    with leased(pool, tmp_path, source, job="one") as scorer:
        Job(scorer).score("a")
        first = scorer.scorer
    with leased(pool, tmp_path, source, job="two") as scorer:
        Job(scorer).score("a")
        second = scorer.scorer

    pool.release("one")

    wait_until(lambda: not first.workplace.work.parent.exists(), "the first one's folder went")
    assert ScorerState.DEAD is first.state
    assert ScorerState.READY is second.state


def test_the_folder_of_side_outputs_goes_with_the_pool(tmp_path: Path) -> None:
    pool = ScorerPool(scratch=tmp_path / "scratch", idle_s=60, grace_s=0.3)
    with leased(pool, tmp_path, BEGINS + ONE_FILE_PER_INPUT) as scorer:
        Job(scorer).score("a")
    del scorer

    pool.close()

    assert [] == list((tmp_path / "scratch").iterdir())


def test_what_the_end_of_a_process_brought_is_told_again_after_a_lease_that_was_lost(
    tmp_path: Path,
) -> None:
    """It ended in an earlier lease, and was to come with the next mini-batch."""
    side = ScorerSideFiles(tmp_path / "side")
    side.equip(script_spec(tmp_path, sys.executable, ""))
    (side.writable / "output" / "totals").write_text("at its end")
    side.end(tmp_path / "1", ANY)
    side.commit()

    for turn in ("2", "3"):
        side.equip(script_spec(tmp_path, sys.executable, ""))
        (side.writable / "output" / "next").write_text("of the successor")
        assert ["totals", "next"] == [one.name for one in side.accept(tmp_path / turn, ANY)]
        side.roll_back()
