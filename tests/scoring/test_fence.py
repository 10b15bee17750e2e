"""What a script may write, and what of the service it can reach."""

import json
import sys
import tempfile
from pathlib import Path

import pytest

from shared.scoring.child import fence
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import ScoringFailed
from tests.scoring.script_lease import leased
from tests.support.outcome_script import OUTCOME

needs_fence = pytest.mark.skipif(not fence.is_available(), reason="this kernel has no Landlock")

_TRIES_ALL = (
    OUTCOME
    + """
def run(mini_batch):
    outside = {outside!r}
    theirs = os.path.join(outside, "theirs")
    return [json.dumps({{
        "write": outcome(lambda: write(theirs)),
        "append": outcome(lambda: open(theirs, "a")),
        "truncate": outcome(lambda: os.truncate(theirs, 0)),
        "remove": outcome(lambda: os.remove(theirs)),
        "rename": outcome(lambda: os.rename(theirs, os.path.join(outside, "other"))),
        "create": outcome(lambda: write(os.path.join(outside, "new"))),
        "folder": outcome(lambda: os.mkdir(os.path.join(outside, "folder"))),
        "link": outcome(lambda: os.symlink("/", os.path.join(outside, "link"))),
        "child": subprocess.run(["touch", os.path.join(outside, "by-a-child")]).returncode,
        "cwd": outcome(lambda: write("beside-the-script")),
        "home": outcome(lambda: write(os.path.expanduser("~/cache"))),
        "temporary": outcome(lambda: write(os.path.join(os.environ["TMPDIR"], "t"))),
        "output": outcome(lambda: write(os.path.join(os.environ["AZUREML_BI_OUTPUT_PATH"], "o"))),
        "/tmp": outcome(lambda: write(mini_batch[0] + ".mine")),
        "move": outcome(lambda: os.replace(os.path.expanduser("~/cache"), mini_batch[0])),
        "nowhere": outcome(lambda: write(os.devnull)),
        "environment": outcome(lambda: open("/proc/%d/environ" % os.getppid()).read()),
        "memory": outcome(lambda: open("/proc/%d/mem" % os.getppid(), "rb").read(1)),
        "signal": outcome(lambda: os.kill(os.getppid(), 0)),
        "own environment": outcome(lambda: open("/proc/self/environ").read()),
    }})]
"""
)

_CHANGES_ITS_MODEL = """
import os

def run(mini_batch):
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "wines", "weights")
    with open(path) as weights:
        seen = weights.read()
    if "change" in os.path.basename(mini_batch[0]):
        with open(path, "w") as weights:
            weights.write("spoilt")
    return [seen]
"""

_MAKES_ITS_OUTPUT_ANEW = """
import os, shutil

def run(mini_batch):
    out = os.environ["AZUREML_BI_OUTPUT_PATH"]
    shutil.rmtree(out)
    os.makedirs(out)
    with open(os.path.join(out, "anew"), "w") as given:
        given.write("x")
    return mini_batch
"""


def model_in(folder: Path) -> Path:
    model = folder / "models" / "wines"
    model.mkdir(parents=True)
    (model / "weights").write_text("good")
    return model


@needs_fence
def test_a_script_writes_into_its_own_folders_only_and_reaches_no_other_process(
    pool: ScorerPool, tmp_path: Path, outside: Path
) -> None:
    (outside / "theirs").write_text("theirs")

    with leased(pool, tmp_path, _TRIES_ALL.format(outside=str(outside))) as scorer:
        told = json.loads(scorer.rows("a")[0])

    child = told.pop("child")
    allowed = {name for name, outcome in told.items() if outcome == "done"}
    inside = {"cwd", "home", "temporary", "output", "/tmp", "move", "nowhere", "own environment"}
    assert inside | ({"signal"} if fence.version() < fence.FIRST_WITH_SCOPES else set()) == allowed
    assert {"PermissionError"} == {told[name] for name in told.keys() - allowed}
    assert 0 != child
    assert ["theirs"] == [one.name for one in outside.iterdir()]
    assert "theirs" == (outside / "theirs").read_text()


@needs_fence
def test_a_model_that_all_processes_share_cannot_be_written(
    pool: ScorerPool, tmp_path: Path, outside: Path
) -> None:
    model = model_in(outside)

    with leased(pool, tmp_path, _CHANGES_ITS_MODEL, model_dir=model) as scorer:
        failure = scorer.failure("change")

        assert ["good"] == scorer.rows("look")
    assert "PermissionError" == failure.error_type
    assert str(model / "weights") in str(failure), "it is the folder itself, no copy"


def test_a_model_that_a_process_could_write_is_its_own_copy(
    pool: ScorerPool, tmp_path: Path
) -> None:
    model = model_in(tmp_path / "shared")

    with leased(pool, tmp_path, _CHANGES_ITS_MODEL, model_dir=model) as scorer:
        before = scorer.rows("look", "change")[0], scorer.scorer.pid
        assert ["good"] == scorer.rows("change")
        assert ["spoilt"] == scorer.rows("look")
    with leased(pool, tmp_path, _CHANGES_ITS_MODEL, model_dir=model) as scorer:
        after = scorer.rows("look")[0], scorer.scorer.pid

    assert "good" == (model / "weights").read_text()
    assert ("good", "good") == (before[0], after[0])
    assert before[1] != after[1], "who changed its copy serves no other lease"


def test_a_process_that_left_its_model_alone_stays_warm(pool: ScorerPool, tmp_path: Path) -> None:
    """Python's bytecode beside a model's code is no change."""
    model = model_in(tmp_path / "shared")
    (model / "code.py").write_text("")
    source = "import os, sys\nsys.path.insert(0, os.environ['AZUREML_MODEL_DIR'] + '/wines')\n"
    source += "import code\n\ndef run(mini_batch):\n    return mini_batch\n"

    pids = set()
    for _ in range(2):
        with leased(pool, tmp_path, source, model_dir=model) as scorer:
            scorer.score("a")
            pids.add(scorer.scorer.pid)

    assert 1 == len(pids)


def test_a_script_may_make_its_output_folder_anew(pool: ScorerPool, tmp_path: Path) -> None:
    with leased(pool, tmp_path, _MAKES_ITS_OUTPUT_ANEW) as scorer:
        scored = scorer.score("a", side=tmp_path / "side")

    assert ["anew"] == [one.name for one in scored.side_files]


@needs_fence
def test_what_a_script_started_is_inside_the_fence_too(
    pool: ScorerPool, tmp_path: Path, outside: Path
) -> None:
    """Another session does not help, nor does another program."""
    source = f"""
import subprocess, sys
code = "open({str(outside / "escaped")!r}, 'w')"

def run(mini_batch):
    done = subprocess.run(
        [sys.executable, "-c", code], start_new_session=True, stderr=subprocess.PIPE
    )
    return ["PermissionError" in done.stderr.decode()]
"""
    with leased(pool, tmp_path, source) as scorer:
        assert ["True"] == scorer.rows("a")
    assert [] == list(outside.iterdir())


def test_nothing_is_public_that_only_looks_so(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(sys.prefix)

    assert fence.is_public("/tmp/x")
    assert not fence.is_public("/tmpfoo")
    assert fence.is_public(str(link)) is fence.is_public(sys.prefix)


@needs_fence
def test_a_failed_write_is_reported_with_the_path(
    pool: ScorerPool, tmp_path: Path, outside: Path
) -> None:
    source = f"def run(mini_batch):\n    open({str(outside / 'x')!r}, 'w')\n"

    with leased(pool, tmp_path, source) as scorer, pytest.raises(ScoringFailed) as caught:
        scorer.score("a")

    assert f"PermissionError: [Errno 13] Permission denied: '{outside / 'x'}'" == str(caught.value)


@needs_fence
def test_the_operator_may_open_more_folders(
    pool: ScorerPool, tmp_path: Path, outside: Path
) -> None:
    source = f"def run(mini_batch):\n    open({str(outside / 'x')!r}, 'w')\n    return mini_batch\n"

    with leased(pool, tmp_path, source, writable=(outside,)) as scorer:
        scorer.score("a")

    assert (outside / "x").exists()


def test_sockets_fit_into_the_temporary_folder_however_deep_the_scratch_lies(
    tmp_path: Path,
) -> None:
    """A socket's path has at most 107 bytes, and a Manager makes one in there."""
    scratch = tmp_path / ("deep" * 30)
    source = """
import multiprocessing, os, tempfile

def run(mini_batch):
    with multiprocessing.Manager() as manager:
        shared = manager.dict(a=1)
        made = tempfile.mkdtemp()
    with multiprocessing.get_context("forkserver").Pool(1) as pool:
        return [shared is not None and sum(pool.map(abs, [-1, -2])), made]
"""
    with tempfile.TemporaryDirectory(prefix="t-") as temporary:
        pool = ScorerPool(scratch=scratch, temporary=Path(temporary), idle_s=60, grace_s=0.3)
        with leased(pool, tmp_path, source) as scorer:
            three, made = scorer.rows("a")
        pool.close()

        assert "3" == three
        assert made.startswith(temporary)
        assert [] == list(Path(temporary).iterdir())
