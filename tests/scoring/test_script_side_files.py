"""What a script writes beside its rows: told with each mini-batch, whatever fails."""

from pathlib import Path

import pytest

from shared.domain.side_contents import ScorerChange, StoredChange, Written
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import SideFile
from tests.scoring.script_lease import leased
from tests.scoring.side_changes import read
from tests.scoring.side_file_scripts import APPENDS_TO_ONE_LOG, BEGINS, ONE_FILE_PER_INPUT, Job

_HOLDS_ITS_LOG_OPEN = """
def init():
    global log
    log = open(os.path.join(out, "log.csv"), "w")

def run(mini_batch):
    for name in named(mini_batch):
        log.write(name + "\\n")
    act(named(mini_batch))
    return mini_batch
"""


_WRITES_ALL_SO_FAR = """
so_far = []

def run(mini_batch):
    act(named(mini_batch))
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
    + ONE_FILE_PER_INPUT
)


def test_each_minibatch_tells_what_it_wrote(pool: ScorerPool, tmp_path: Path) -> None:
    with leased(pool, tmp_path, BEGINS + ONE_FILE_PER_INPUT) as scorer:
        job = Job(scorer)

        assert [("a.out", b"scored a", False)] == read(job.score("a").side_files)
        assert [("b.out", b"scored b", False)] == read(job.score("b").side_files)
        assert () == job.score("b").side_files
        assert () == scorer.score("c").side_files


def test_a_failed_try_leaves_nothing_and_keeps_the_process(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with leased(pool, tmp_path, BEGINS + ONE_FILE_PER_INPUT) as scorer:
        job = Job(scorer)
        pid = scorer.scorer.pid
        job.score("a")
        job.fail("a", "b", "raise")

        assert [("c.out", b"scored c", False)] == read(job.score("c").side_files)
        assert pid == scorer.scorer.pid


def test_what_init_wrote_comes_once_with_the_first_minibatch(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with leased(pool, tmp_path, BEGINS + _WRITES_IN_INIT) as scorer:
        job = Job(scorer)
        job.fail("raise")
        first, second = job.score("a"), job.score("b")
        job.fail("die")
        third = job.score("c")

    assert ["a.out", "made-by-init"] == [one.name for one in first.side_files]
    assert ["b.out"] == [one.name for one in second.side_files]
    assert ["c.out"] == [one.name for one in third.side_files]


@pytest.mark.parametrize("act", ["raise", "die", "hang"])
def test_a_log_that_grows_is_reported_in_pieces_whatever_failed_between(
    pool: ScorerPool, tmp_path: Path, act: str
) -> None:
    with leased(pool, tmp_path, BEGINS + APPENDS_TO_ONE_LOG) as scorer:
        job = Job(scorer)
        job.score("a", "b")
        for _ in range(2):
            job.fail("c", act, timeout_s=0.5)

        assert [("log.csv", b"c\n", True)] == read(job.score("c").side_files)
        assert {"log.csv": b"name\na\nb\nc\n"} == job.published


def test_a_file_held_open_is_flushed_for_each_minibatch(pool: ScorerPool, tmp_path: Path) -> None:
    with leased(pool, tmp_path, BEGINS + _HOLDS_ITS_LOG_OPEN) as scorer:
        job = Job(scorer)
        pid = scorer.scorer.pid

        assert [("log.csv", b"a\nb\n", False)] == read(job.score("a", "b").side_files)
        assert [("log.csv", b"c\n", True)] == read(job.score("c").side_files)
        assert pid == scorer.scorer.pid


def test_a_failed_try_of_a_file_held_open_takes_a_new_process(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """Its buffer holds the failed try's rows, and its place in the file is behind them."""
    with leased(pool, tmp_path, BEGINS + _HOLDS_ITS_LOG_OPEN) as scorer:
        job = Job(scorer)
        job.score("a")
        pid = scorer.scorer.pid
        job.fail("b", "raise")
        job.score("c")

        assert pid != scorer.scorer.pid
        assert {"log.csv": b"c\n"} == job.published, "its init() begins the file anew"


@pytest.mark.parametrize(
    ("source", "told"),
    [(_WRITES_ALL_SO_FAR, ["all.txt"]), (APPENDS_TO_ONE_LOG, []), (ONE_FILE_PER_INPUT, [])],
)
@pytest.mark.parametrize("act", ["die", "hang"])
def test_what_a_killed_process_wrote_is_there_or_is_reported(
    pool: ScorerPool, tmp_path: Path, source: str, told: list[str], act: str
) -> None:
    changes: list[SideFile] = []
    with leased(pool, tmp_path, BEGINS + source) as scorer:
        job = Job(scorer)
        for names in ("a", "b", act, "c", "d"):
            if names == act:
                job.fail(names, timeout_s=0.5)
            else:
                changes += job.score(names).side_files
        texts = {str(number): text(one) for number, one in enumerate(changes)}
    written = Written.of(
        ScorerChange(
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
