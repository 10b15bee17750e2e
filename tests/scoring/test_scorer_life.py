"""From init() to the end: whom a process serves, and what it may still write."""

import gzip
import os
import signal
import sys
from pathlib import Path

import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.process_exit import ExitReport
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer.state import State
from shared.scoring.spec import JobCourse, ScoringFailed
from tests.scoring.conftest import Specs, deeds
from tests.scoring.script_lease import Leased, leased
from tests.scoring.sinful_scripts import script_spec
from tests.scoring.test_side_outputs import Published, publish
from tests.scoring.waiting import eventually, is_running

_BEGINS = """
import atexit, gzip, os, shutil, sys, time

def named(mini_batch):
    return [os.path.basename(path) for path in mini_batch]
"""

_COUNTS = (
    _BEGINS
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

_TOTALS_AT_ITS_END = (
    _BEGINS
    + """
seen = []

def run(mini_batch):
    if "die" in named(mini_batch):
        os._exit(3)
    if "bad" in named(mini_batch):
        raise ValueError("one of those files")
    seen.extend(named(mini_batch))
    return mini_batch

def shutdown():
    if "raise" in seen:
        raise ValueError("no totals today")
    if "hang" in seen:
        time.sleep(60)
    with open(os.path.join(os.environ["AZUREML_BI_OUTPUT_PATH"], "totals"), "a") as totals:
        totals.write(",".join(seen) + ";")
    if "exit" in seen:
        sys.exit(0)
"""
)

_HOLDS_AN_ARCHIVE = (
    _BEGINS
    + """
def init():
    global lines
    path = os.path.join(os.environ["AZUREML_BI_OUTPUT_PATH"], "all.gz")
    lines = {open}(path, "wt")
    {closes}

def run(mini_batch):
    if "bad" in named(mini_batch):
        raise ValueError("nothing was written")
    for name in named(mini_batch):
        lines.write(name + "\\n")
    if "late" in named(mini_batch):
        raise ValueError("it was written")
    if "die" in named(mini_batch):
        os._exit(3)
    return mini_batch
"""
)

BY_SHUTDOWN = "globals().update(shutdown=lines.close)"
BY_ATEXIT = "atexit.register(lines.close)"
BY_ITSELF = "pass"


def holds(closes: str = BY_ATEXIT, opens: str = "gzip.open") -> str:
    """A script that keeps one file open from init() to its end."""
    return _HOLDS_AN_ARCHIVE.replace("{open}", opens).replace("{closes}", closes)


class Run:
    """One bundle of a job: what it published, and by which process."""

    def __init__(self, scorer: Leased, published: Published | None = None) -> None:
        self.leased = scorer
        self.published: Published = {} if published is None else published
        self.pid = scorer.scorer.pid or 0

    def score(self, *names: str) -> list[str]:
        side = self.leased.folder / f"side-{'-'.join(names)}"
        scored = self.leased.score(*names, side=side)
        publish(self.published, scored.side_files)
        self.leased.scorer.departure.turns += 1
        return self.leased.output.read_text().splitlines()

    def fail(self, *names: str) -> None:
        with pytest.raises(ScoringFailed):
            self.score(*names)


def farewell_of(scorer: Scorer, published: Published, limit_s: float = 20) -> ExitReport:
    """End a scorer as the pool does, and publish what it tells."""
    scorer.dismiss()
    farewell = scorer.departure.finish(limit_s)
    publish(published, farewell.side_files)
    return farewell


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
        eventually(lambda: 2 == len(spares(pool, tried.scorer)), "a spare was made, and one more")
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
    eventually(lambda: bench.starting == 1, "a spare is being made")

    with leased(pool, tmp_path, source, job="two") as scorer:
        assert 1 == bench.busy
        assert not bench.idle
        assert ["1 a a"] == Run(scorer).score("a")


def test_a_stateless_model_is_warm_for_every_job(pool: ScorerPool, spec_of: Specs) -> None:
    spec, pids = spec_of(is_stateless=True), set()
    for job in ("one", "two"):
        with pool.lease(spec, capacity=1, job=job) as scorer:
            scorer.score(deeds("a"), scorer.workplace.work / "output", timeout_s=20)
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
    with leased(pool, tmp_path, _TOTALS_AT_ITS_END, job="one") as scorer:
        scorer.scorer.departure.tell = told.append
        run = Run(scorer)
        run.score("a")

    course["one"] = JobCourse.ENDING
    eventually(lambda: len(told) > 1, "the farewell was told")
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
    spec = script_spec(tmp_path, sys.executable, _TOTALS_AT_ITS_END)
    told: list[ExitReport | None] = []
    pids: list[int] = []
    for job in ("one", "two"):
        with pool.lease(spec, capacity=1, most=1, job=job) as scorer:
            assert not [pid for pid in pids if is_running(pid)]
            scorer.departure.tell = told.append
            Run(Leased(scorer, tmp_path)).score(job)
            pids.append(scorer.pid or 0)

    assert told[1] is not None
    assert ["totals"] == [one.name for one in told[1].side_files]


@pytest.mark.parametrize("leaves", ["b", "exit"])
def test_shutdown_is_called_once_at_the_end_and_its_files_are_told(
    pool: ScorerPool, tmp_path: Path, leaves: str
) -> None:
    with leased(pool, tmp_path, _TOTALS_AT_ITS_END) as scorer:
        run = Run(scorer)
        run.score("a")
        run.score(leaves)
    farewell = farewell_of(scorer.scorer, run.published)

    assert ("", "") == (farewell.failure, farewell.loss)
    assert {"totals": f"a,{leaves};".encode()} == run.published
    assert farewell is scorer.scorer.departure.finish(), "asked again, it says the same"


def test_a_shutdown_that_raises_is_told_with_its_traceback(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with leased(pool, tmp_path, _TOTALS_AT_ITS_END) as scorer:
        run = Run(scorer)
        run.score("raise")
    farewell = farewell_of(scorer.scorer, run.published)

    assert "shutdown() failed: ValueError: no totals today" == farewell.failure
    assert "Traceback" in farewell.details


def test_minibatches_whose_process_died_before_its_end_are_counted(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with leased(pool, tmp_path, _TOTALS_AT_ITS_END) as scorer:
        run, departure = Run(scorer), scorer.scorer.departure
        run.score("a")
        run.fail("bad")
        run.score("b")
        assert 0 == departure.cut_off, "its process lives"
        run.fail("die")
        assert 2 == departure.cut_off
        run.fail("die")
        run.score("c")
    farewell = farewell_of(scorer.scorer, run.published)

    assert "" == farewell.failure
    assert b"c;" == run.published["totals"]
    assert 2 == departure.cut_off


def test_minibatches_whose_process_died_at_rest_are_counted_at_the_end(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """No successor comes, and nobody is there to be asked for an end."""
    with leased(pool, tmp_path, _TOTALS_AT_ITS_END) as scorer:
        run, departure = Run(scorer), scorer.scorer.departure
        run.score("a")
        run.score("b")
    os.kill(run.pid, signal.SIGKILL)
    eventually(lambda: scorer.scorer.state is State.DEAD, "the process has died")
    farewell_of(scorer.scorer, run.published)

    assert {} == run.published
    assert 2 == departure.cut_off


def test_minibatches_that_come_again_are_not_cut_off(pool: ScorerPool, tmp_path: Path) -> None:
    with leased(pool, tmp_path, holds(opens="open")) as scorer:
        run, departure = Run(scorer), scorer.scorer.departure
        run.score("a")
        scorer.scorer.commit()
        run.score("b")
        scorer.scorer.roll_back()
        run.score("b")

    assert 1 == departure.cut_off


def test_a_script_with_nothing_to_write_at_its_end_has_none_cut_off(
    pool: ScorerPool, tmp_path: Path
) -> None:
    script = holds(BY_ITSELF, opens="open").replace("import atexit, ", "import ")
    with leased(pool, tmp_path, script) as scorer:
        run = Run(scorer)
        run.score("a")
        run.fail("die")

    assert 0 == scorer.scorer.departure.cut_off


def test_a_shutdown_that_hangs_is_ended(pool: ScorerPool, tmp_path: Path) -> None:
    with leased(pool, tmp_path, _TOTALS_AT_ITS_END) as scorer:
        run = Run(scorer)
        run.score("hang")
    farewell = farewell_of(scorer.scorer, run.published, limit_s=0.3)

    assert "shutdown() took more than 0.3 s, and the process was killed" == farewell.failure
    assert not is_running(run.pid)


@pytest.mark.parametrize("closes", [BY_SHUTDOWN, BY_ATEXIT, BY_ITSELF])
def test_an_archive_that_is_open_to_the_end_is_whole(
    pool: ScorerPool, tmp_path: Path, closes: str
) -> None:
    with leased(pool, tmp_path, holds(closes)) as scorer:
        run = Run(scorer)
        run.score("a")
        assert scorer.scorer.departure.must_end_well
        run.score("b")
    farewell = farewell_of(scorer.scorer, run.published)

    assert ("", "") == (farewell.failure, farewell.loss)
    assert b"a\nb\n" == gzip.decompress(run.published["all.gz"])


def test_an_archive_whose_process_died_is_lost_in_words(pool: ScorerPool, tmp_path: Path) -> None:
    with leased(pool, tmp_path, holds()) as scorer:
        run = Run(scorer)
        run.score("a")
        run.fail("die")
        run.score("b")

    assert "The script held 'all.gz' open" in scorer.scorer.departure.loss
    assert "Close each file in run()" in farewell_of(scorer.scorer, run.published).loss


def test_an_archive_whose_process_died_at_rest_is_lost_in_words(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with leased(pool, tmp_path, holds()) as scorer:
        run = Run(scorer)
        run.score("a")
        run.fail("die")

    assert State.DEAD is scorer.scorer.state
    assert "The script held 'all.gz' open" in farewell_of(scorer.scorer, run.published).loss


def test_a_log_whose_process_died_has_lost_nothing(pool: ScorerPool, tmp_path: Path) -> None:
    """Its lines can be read without its end."""
    with leased(pool, tmp_path, holds(opens="open")) as scorer:
        run = Run(scorer)
        run.score("a")
        run.fail("die")
    farewell = farewell_of(scorer.scorer, run.published)

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
    farewell = farewell_of(scorer.scorer, run.published)

    assert "" == farewell.loss
    assert b"a\nb\n" == gzip.decompress(run.published["all.gz"])


def test_a_try_that_failed_after_it_wrote_into_the_archive_is_told(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """What it wrote cannot be taken out again, and would come twice."""
    with leased(pool, tmp_path, holds()) as scorer:
        run = Run(scorer)
        run.score("a")
        run.fail("late")
        run.score("b")

    assert "The script held 'all.gz' open" in scorer.scorer.departure.loss


def test_a_scorer_whose_lease_failed_is_not_gone_on_with_if_its_end_counts(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """The bundle comes again: the totals of this process would count it twice."""

    def lose() -> None:
        with leased(pool, tmp_path, _TOTALS_AT_ITS_END, job="one") as scorer:
            pids.append(scorer.scorer.pid or 0)
            Run(scorer).score("a")
            raise ConnectionError

    pids: list[int] = []
    with pytest.raises(ConnectionError):
        lose()

    assert not is_running(pids[0])
    with leased(pool, tmp_path, _TOTALS_AT_ITS_END, job="one") as scorer:
        run = Run(scorer)
        run.score("a")
    farewell_of(scorer.scorer, run.published)
    assert {"totals": b"a;"} == run.published


def test_who_cannot_be_heard_is_asked_again(pool: ScorerPool, tmp_path: Path) -> None:
    """The store did not answer: what the scorer left is there for the next try."""
    told: list[ExitReport] = []
    answers = [False, True]

    def tell(farewell: ExitReport | None) -> None:
        if farewell is None:
            return
        if not answers.pop(0):
            raise ConnectionError
        told.append(farewell)

    with leased(pool, tmp_path, _TOTALS_AT_ITS_END, job="one") as scorer:
        scorer.scorer.departure.tell = tell
        Run(scorer).score("a")
    with pytest.raises(ConnectionError):
        pool.finish("one")
    pool.finish("one")

    assert [["totals"]] == [[one.name for one in farewell.side_files] for farewell in told]


def test_a_process_that_is_replaced_writes_its_end_before_its_successor_begins(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """It has removed its own home: between two mini-batches another takes its place."""
    source = _TOTALS_AT_ITS_END.replace(
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
    farewell_of(scorer.scorer, run.published)

    assert {"totals": b"a,rm;b;"} == run.published
