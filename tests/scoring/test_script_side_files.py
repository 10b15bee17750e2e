import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from shared.domain.side_contents import StoredChange, Written
from shared.domain.side_names import SideNames
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.state import State
from shared.scoring.spec import Scored, ScoringFailed, SideFile
from tests.scoring.script_lease import Leased, leased
from tests.scoring.test_side_outputs import Published, publish, told
from tests.scoring.waiting import eventually

_BEGINS = """
import os, signal, sys, time

out = os.environ["AZUREML_BI_OUTPUT_PATH"]

def named(mini_batch):
    return [os.path.basename(path) for path in mini_batch]

def sin(names):
    if "raise" in names:
        raise ValueError("after it wrote")
    if "die" in names:
        os._exit(3)
    if "hang" in names:
        time.sleep(60)
"""

_ONE_FILE_PER_INPUT = """
def run(mini_batch):
    for name in named(mini_batch):
        with open(os.path.join(out, name + ".out"), "w") as given:
            given.write("scored " + name)
    sin(named(mini_batch))
    return mini_batch
"""

_APPENDS_TO_ONE_LOG = """
def run(mini_batch):
    log = os.path.join(out, "log.csv")
    is_new = not os.path.exists(log)
    with open(log, "a") as given:
        if is_new:
            given.write("name\\n")
        for name in named(mini_batch):
            given.write(name + "\\n")
    sin(named(mini_batch))
    return mini_batch
"""

_HOLDS_ITS_LOG_OPEN = """
def init():
    global log
    log = open(os.path.join(out, "log.csv"), "w")

def run(mini_batch):
    for name in named(mini_batch):
        log.write(name + "\\n")
    sin(named(mini_batch))
    return mini_batch
"""

_WRITES_ALL_SO_FAR = """
so_far = []

def run(mini_batch):
    sin(named(mini_batch))
    so_far.extend(named(mini_batch))
    with open(os.path.join(out, "all.txt"), "w") as given:
        given.writelines(name + "\\n" for name in so_far)
    return mini_batch
"""

_WRITES_IN_INIT = (
    """
def init():
    with open(os.path.join(out, "made-by-init"), "w") as given:
        given.write("once")
"""
    + _ONE_FILE_PER_INPUT
)


class Job:
    """Scores mini-batches through a lease, and publishes in their order what they tell."""

    def __init__(self, leased: Leased, published: Published | None = None) -> None:
        self.leased = leased
        self.turns = 0
        self.published: Published = {} if published is None else published

    def score(self, *names: str, timeout_s: float = 20) -> Scored:
        self.turns += 1
        side = self.leased.folder / f"turn-{self.turns}"
        scored = self.leased.score(*names, timeout_s=timeout_s, side=side)
        publish(self.published, scored.side_files)
        return scored

    def fail(self, *names: str, timeout_s: float = 20) -> None:
        with pytest.raises(ScoringFailed):
            self.score(*names, timeout_s=timeout_s)


def lines(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()


def test_each_minibatch_tells_what_it_wrote(pool: ScorerPool, tmp_path: Path) -> None:
    with leased(pool, tmp_path, _BEGINS + _ONE_FILE_PER_INPUT) as scorer:
        job = Job(scorer)

        assert [("a.out", b"scored a", False)] == told(job.score("a").side_files)
        assert [("b.out", b"scored b", False)] == told(job.score("b").side_files)
        assert () == job.score("b").side_files
        assert () == scorer.score("c").side_files


def test_a_failed_try_leaves_nothing_and_keeps_the_process(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with leased(pool, tmp_path, _BEGINS + _ONE_FILE_PER_INPUT) as scorer:
        job = Job(scorer)
        pid = scorer.scorer.pid
        job.score("a")
        job.fail("a", "b", "raise")

        assert [("c.out", b"scored c", False)] == told(job.score("c").side_files)
        assert pid == scorer.scorer.pid


def test_what_init_wrote_comes_once_with_the_first_minibatch(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with leased(pool, tmp_path, _BEGINS + _WRITES_IN_INIT) as scorer:
        job = Job(scorer)
        job.fail("raise")
        first, second = job.score("a"), job.score("b")
        job.fail("die")
        third = job.score("c")

    assert ["a.out", "made-by-init"] == [one.name for one in first.side_files]
    assert ["b.out"] == [one.name for one in second.side_files]
    assert ["c.out"] == [one.name for one in third.side_files]


@pytest.mark.parametrize("sin", ["raise", "die", "hang"])
def test_a_log_that_grows_is_told_in_pieces_whatever_failed_between(
    pool: ScorerPool, tmp_path: Path, sin: str
) -> None:
    with leased(pool, tmp_path, _BEGINS + _APPENDS_TO_ONE_LOG) as scorer:
        job = Job(scorer)
        job.score("a", "b")
        for _ in range(2):
            job.fail("c", sin, timeout_s=0.5)

        assert [("log.csv", b"c\n", True)] == told(job.score("c").side_files)
        assert {"log.csv": b"name\na\nb\nc\n"} == job.published


def test_a_file_held_open_is_flushed_for_each_minibatch(pool: ScorerPool, tmp_path: Path) -> None:
    with leased(pool, tmp_path, _BEGINS + _HOLDS_ITS_LOG_OPEN) as scorer:
        job = Job(scorer)
        pid = scorer.scorer.pid

        assert [("log.csv", b"a\nb\n", False)] == told(job.score("a", "b").side_files)
        assert [("log.csv", b"c\n", True)] == told(job.score("c").side_files)
        assert pid == scorer.scorer.pid


def test_a_failed_try_of_a_file_held_open_takes_a_new_process(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """Its buffer holds the failed try's rows, and its place in the file is behind them."""
    with leased(pool, tmp_path, _BEGINS + _HOLDS_ITS_LOG_OPEN) as scorer:
        job = Job(scorer)
        job.score("a")
        pid = scorer.scorer.pid
        job.fail("b", "raise")
        job.score("c")

        assert pid != scorer.scorer.pid
        assert {"log.csv": b"c\n"} == job.published, "its init() begins the file anew"


@pytest.mark.parametrize(
    ("source", "told"),
    [(_WRITES_ALL_SO_FAR, ["all.txt"]), (_APPENDS_TO_ONE_LOG, []), (_ONE_FILE_PER_INPUT, [])],
)
@pytest.mark.parametrize("sin", ["die", "hang"])
def test_what_a_killed_process_wrote_is_there_or_is_told(
    pool: ScorerPool, tmp_path: Path, source: str, told: list[str], sin: str
) -> None:
    changes: list[SideFile] = []
    with leased(pool, tmp_path, _BEGINS + source) as scorer:
        job = Job(scorer)
        for names in ("a", "b", sin, "c", "d"):
            if names == sin:
                job.fail(names, timeout_s=0.5)
            else:
                changes += job.score(names).side_files
        texts = {str(number): text(one) for number, one in enumerate(changes)}
    written = Written.of(
        (
            "p",
            StoredChange(name=one.name, blob=blob, is_appended=one.appended, life=one.life),
        )
        for blob, one in zip(texts, changes, strict=True)
    )

    assert told == written.contested()
    of_names = {
        name: "".join(texts[blob] for blob in blobs) for name, blobs in written.contents().items()
    }
    for name in "abcd":
        assert name in "".join(of_names.values()).replace("scored", "")


def text(change: SideFile) -> str:
    return change.path.read_text() if change.path else ""


def test_minibatches_that_come_again_are_told_again(pool: ScorerPool, tmp_path: Path) -> None:
    """A lease that ends by an exception has put nothing in safety."""
    source = _BEGINS + _APPENDS_TO_ONE_LOG
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
    source = _BEGINS + _APPENDS_TO_ONE_LOG
    published: Published = {}
    with leased(pool, tmp_path, source) as scorer:
        job = Job(scorer, published)
        job.score("a")
        job.fail("die")
    with leased(pool, tmp_path, source) as scorer:
        Job(scorer, published).score("b")
    assert {"log.csv": b"name\na\nb\n"} == published


@pytest.mark.parametrize("source", [_ONE_FILE_PER_INPUT, _APPENDS_TO_ONE_LOG])
def test_a_job_with_random_failures_publishes_what_an_undisturbed_one_does(
    pool: ScorerPool, tmp_path: Path, source: str
) -> None:
    chance = random.Random(7)  # noqa: S311
    with leased(pool, tmp_path, _BEGINS + source) as scorer:
        job = Job(scorer)
        for number in range(12):
            for _ in range(chance.randrange(3)):
                sin = chance.choice(["raise", "die"])
                job.fail(f"file-{number}", sin)
            job.score(f"file-{number}")

    names = [f"file-{number}" for number in range(12)]
    if source == _APPENDS_TO_ONE_LOG:
        assert {"log.csv": lines(["name", *names])} == job.published
    else:
        assert {f"{name}.out": f"scored {name}".encode() for name in names} == job.published


def test_a_scorer_that_wrote_files_serves_the_job_they_are_of_and_no_other(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """Each job has all its files, and none of another's; in between the first goes on."""
    source = _BEGINS + _APPENDS_TO_ONE_LOG
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
    source = _BEGINS + _ONE_FILE_PER_INPUT
    with leased(pool, tmp_path, source, job="one") as scorer:
        Job(scorer).score("a")
        first = scorer.scorer
    with leased(pool, tmp_path, source, job="two") as scorer:
        Job(scorer).score("a")
        second = scorer.scorer

    pool.release("one")

    eventually(lambda: not first.workplace.work.parent.exists(), "the first one's folder went")
    assert State.DEAD is first.state
    assert State.READY is second.state


def test_the_folder_of_side_outputs_goes_with_the_pool(tmp_path: Path) -> None:
    pool = ScorerPool(scratch=tmp_path / "scratch", idle_s=60, grace_s=0.3)
    with leased(pool, tmp_path, _BEGINS + _ONE_FILE_PER_INPUT) as scorer:
        Job(scorer).score("a")
    del scorer

    pool.close()

    assert [] == list((tmp_path / "scratch").iterdir())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("rows.csv", "it is the name of the job's predictions file"),
        ("a\\tb", "it holds a control character"),
        ("a\\\\b", "it holds a backslash, which the store would take for a slash"),
    ],
)
def test_a_side_file_whose_name_cannot_be_published_fails_its_minibatch_alone(
    pool: ScorerPool, tmp_path: Path, name: str, told: str
) -> None:
    source = f"""
def run(mini_batch):
    called = "{name}" if "odd" in mini_batch[0] else os.path.basename(mini_batch[0])
    for one in ("0-first", called, "z-last"):
        with open(os.path.join(out, one), "w") as given:
            given.write(called)
    return mini_batch
"""
    names = SideNames(output="out/rows.csv")
    with leased(pool, tmp_path, _BEGINS + source) as scorer:
        published: Published = {}
        for turn, file in enumerate(("one", "odd", "two")):
            side = tmp_path / f"turn-{turn}"
            if file == "odd":
                with pytest.raises(ScoringFailed, match="cannot be published") as caught:
                    scorer.score(file, side=side, names=names)
                continue
            publish(published, scorer.score(file, side=side, names=names).side_files)

    assert told in str(caught.value)
    assert "BadSideName" == caught.value.error_type
    expected = {"one": b"one", "two": b"two", "0-first": b"two", "z-last": b"two"}
    assert expected == published


def test_side_files_that_cannot_be_taken_fail_the_try(pool: ScorerPool, tmp_path: Path) -> None:
    (tmp_path / "turn-1").write_text("a file where the folder shall be")

    with leased(pool, tmp_path, _BEGINS + _ONE_FILE_PER_INPUT) as scorer:
        job = Job(scorer)
        with pytest.raises(ScoringFailed, match="AZUREML_BI_OUTPUT_PATH cannot be taken over"):
            job.score("a")
        assert not scorer.output.exists()
        assert ["a.out"] == [one.name for one in job.score("a").side_files]
