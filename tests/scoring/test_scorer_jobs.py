"""Whom a scorer serves: one job, and what of it comes into the next."""

import sys
from pathlib import Path
from uuid import uuid4

import pytest

from shared.domain.minibatch import Span
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.process_exit import ExitReport
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer_spec import JobCourse, ScorerSpec
from tests.scoring.conftest import Specs, acts
from tests.scoring.lasting_scripts import BEGINS, TOTALS_AT_ITS_END, Run
from tests.scoring.misbehaving_scripts import script_spec
from tests.scoring.script_lease import Leased, leased
from tests.support.waiting import PATIENCE_S, is_running, wait_until

_COUNTS = (
    BEGINS
    + """
def init():
    global count
    count = 0
    os.environ["SEEN"] = ""
    with open(os.path.expanduser("~/seen"), "w"):
        pass

def run(mini_batch):
    global count
    rows = []
    for name in named(mini_batch):
        count += 1
        os.environ["SEEN"] += name
        with open(os.path.expanduser("~/seen"), "a+") as seen:
            seen.write(name)
            seen.seek(0)
            rows.append("%d %s %s" % (count, os.environ["SEEN"], seen.read()))
    return rows
"""
)


def spares(pool: ScorerPool, scorer: Scorer) -> list[int]:
    bench = pool._pools.pool(scorer.spec)
    return [idle.scorer.pid or 0 for idle in bench.idle if idle.scorer.is_spare]


def test_the_same_job_twice_gives_the_same_rows(pool: ScorerPool, tmp_path: Path) -> None:
    """Neither globals nor the environment nor files in HOME come from one job into the next."""
    rows = []
    for job in ("one", "two"):
        with leased(pool, tmp_path, _COUNTS, job=job) as scorer:
            run = Run(scorer)
            rows.append(run.score("a", "b"))
        with leased(pool, tmp_path, _COUNTS, job=job) as scorer:
            rows[-1] += Run(scorer).score("c")
            assert run.pid == scorer.scorer.pid, "its process stays warm for the job"
        pool.release(job)

    assert ["1 a a", "2 ab ab", "3 abc abc"] == rows[0]
    assert rows[0] == rows[1]


def test_a_process_that_did_init_only_serves_one_job_and_others_take_its_place(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with leased(pool, tmp_path, _COUNTS) as tried:
        first = tried.scorer.pid
    pids = []
    for job in ("one", "two"):
        with leased(pool, tmp_path, _COUNTS, job=job) as scorer:
            pids.append(Run(scorer).pid)
            Run(scorer).score("a")
        pool.release(job)
        wait_until(lambda: 2 == len(spares(pool, tried.scorer)), "a spare was made, and one more")
        assert not is_running(pids[-1])

    assert first == pids[0]
    assert 2 == len(set(pids))


def test_a_job_that_comes_while_a_spare_is_made_waits_for_that_one(
    pool: ScorerPool, tmp_path: Path
) -> None:
    source = _COUNTS.replace("count = 0", "count = 0; time.sleep(0.5)")
    with leased(pool, tmp_path, source, job="one") as scorer:
        Run(scorer).score("a")
        first = scorer.scorer
    bench = pool._pools.pool(first.spec)
    pool.release("one")
    wait_until(lambda: bench.starting == 1, "a spare is being made")

    with leased(pool, tmp_path, source, job="two") as scorer:
        assert 1 == bench.busy
        assert not bench.idle
        assert ["1 a a"] == Run(scorer).score("a")


def test_a_stateless_model_is_warm_for_every_job(pool: ScorerPool, spec_of: Specs) -> None:
    spec, pids = spec_of(is_stateless=True), set()
    for job in ("one", "two"):
        with pool.lease(spec, capacity=1, job=job) as scorer:
            scorer.score(acts("a"), scorer.workplace.work / "output", timeout_s=PATIENCE_S)
            pids.add(scorer.pid)
        pool.release(job)

    assert 1 == len(pids)


def test_a_late_twin_of_a_job_that_is_over_leaves_no_process(
    pool: ScorerPool, tmp_path: Path
) -> None:
    pool.release("one")
    with leased(pool, tmp_path, _COUNTS, job="one") as scorer:
        Run(scorer).score("a")
        pid = scorer.scorer.pid or 0

    assert not is_running(pid)


def test_processes_learn_that_their_job_has_ended_elsewhere(tmp_path: Path) -> None:
    """First they write what they have left to write, then they go."""
    course = {"one": JobCourse.RUNNING}
    pool = ScorerPool(scratch=tmp_path / "scratch", idle_s=60, course_of=lambda job: course[job])
    told: list[ExitReport | None] = []
    with leased(pool, tmp_path, TOTALS_AT_ITS_END, job="one") as scorer:
        scorer.scorer.exit.on_exit = told.append
        run = Run(scorer)
        run.score("a")

    course["one"] = JobCourse.ENDING
    wait_until(lambda: len(told) > 1, "the farewell was told")
    course["one"] = JobCourse.OVER
    pool.close()

    assert told[0] is None
    assert told[1] is not None
    assert ["totals"] == [one.name for one in told[1].side_files]
    assert not is_running(run.pid)


def test_no_more_processes_than_allowed_even_if_jobs_take_turns(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """One may live: the first job's ends, and is heard, before the second's begins."""
    spec = script_spec(tmp_path, sys.executable, TOTALS_AT_ITS_END)
    told: list[ExitReport | None] = []
    pids: list[int] = []
    for job in ("one", "two"):
        with pool.lease(spec, capacity=1, most=1, job=job) as scorer:
            assert not [pid for pid in pids if is_running(pid)]
            scorer.exit.on_exit = told.append
            Run(Leased(scorer, tmp_path)).score(job)
            pids.append(scorer.pid or 0)

    assert told[1] is not None
    assert ["totals"] == [one.name for one in told[1].side_files]


def test_a_process_gets_no_mini_batches_again_that_it_wrote_files_for(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """It would write what is there already, and nothing would tell of it the second time.

    Where one may live it makes room, and is heard; for other mini-batches, or if it writes no
    files, it stays.
    """
    spec = script_spec(tmp_path, sys.executable, TOTALS_AT_ITS_END)
    told: list[ExitReport | None] = []

    def pid_of(first: int, stop: int, job: str = "one", spec: ScorerSpec = spec) -> int:
        span = Span(first=first, stop=stop)
        with pool.lease(spec, capacity=1, most=1, job=job, span=span) as scorer:
            scorer.exit.on_exit = told.append
            Leased(scorer, tmp_path).score("a", side=tmp_path / uuid4().hex)
            scorer.exit.note_stored(span)
            return scorer.pid or 0

    first = pid_of(0, 3)
    assert first == pid_of(3, 5)
    assert [] == told
    second = pid_of(2, 3)
    assert first != second
    assert not is_running(first)
    assert [False, True] == [one is not None for one in told]
    assert second == pid_of(0, 2)

    text = "def run(mini_batch):\n    return mini_batch\n"
    plain = script_spec(tmp_path / "plain", sys.executable, text, fingerprint="plain")
    assert pid_of(0, 3, spec=plain) == pid_of(0, 3, spec=plain)


def test_a_process_that_scored_a_bundle_twice_is_refused(pool: ScorerPool, tmp_path: Path) -> None:
    spec = script_spec(tmp_path, sys.executable, TOTALS_AT_ITS_END)
    with pool.lease(spec, capacity=1) as scorer:
        Run(Leased(scorer, tmp_path)).score("a")
        scorer.exit.note_stored(Span(first=0, stop=3))

        with pytest.raises(RuntimeError, match="mini-batches 2 to 4 a second time"):
            scorer.exit.note_stored(Span(first=2, stop=5))
