import subprocess
import sys
from pathlib import Path

import pytest

from shared.scoring.child.messages import InitDone, InitRequest, RunRequest
from shared.scoring.child.parent_death import LEAVE_GRACE_S
from shared.scoring.scorer.child_environment import child_environment
from shared.scoring.scorer.output_log import OutputLogs
from shared.scoring.scorer.scorer_folders import ProcessFolders
from shared.scoring.scorer.scorer_process import Ended, ScorerProcess
from tests.scoring.conftest import Specs, misbehaving_interpreter
from tests.support.waiting import PATIENCE_S, is_running, wait_until

_WORKER = """
import sys, threading
from pathlib import Path
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import LocalFile, ScorerSpec
folder, python, act = sys.argv[1:]
pool = ScorerPool(scratch=Path(folder), idle_s=60)
with pool.lease(ScorerSpec("f", "misbehaving", python, None), capacity=1) as scorer:
    print(scorer.pid, flush=True)
    scorer.score([LocalFile(Path("x"), act)], Path(folder) / "output", timeout_s=60)
    print("scored", flush=True)
    threading.Event().wait()
"""


@pytest.mark.parametrize("act", ["behaves", "sleeps_forever", "ignores_sigterm", "stops"])
def test_a_scorer_ends_when_its_worker_is_killed(tmp_path: Path, act: str) -> None:
    """Idle, busy, stubborn, or stopped: then only the kernel can end it."""
    python = misbehaving_interpreter(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(tmp_path), python, act],
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout is not None
        scorer = int(worker.stdout.readline())
        if act == "behaves":
            assert "scored\n" == worker.stdout.readline()
        else:
            wait_until((tmp_path / "output").exists, "the scorer is at it")
        worker.kill()

    wait_until(lambda: not is_running(scorer), "the scorer ended with its worker")


def test_the_end_of_the_control_pipe_alone_ends_a_busy_scorer(
    tmp_path: Path, spec_of: Specs
) -> None:
    """Where there is no parent-death signal, the pipe has to do."""
    spec, folder = spec_of(), tmp_path / "folder"
    folder.mkdir()
    folders = ProcessFolders(home=folder, temporary=folder)
    environment = child_environment(spec, folders)
    process = ScorerProcess([spec.python, "child"], environment, folders, OutputLogs())
    process.send(InitRequest("misbehaving", str(spec.model_dir), "info"), timeout_s=PATIENCE_S)
    assert isinstance(process.receive(timeout_s=PATIENCE_S), InitDone)
    request = RunRequest((("x", "sleeps_forever"),), str(tmp_path / "output"))
    process.send(request, timeout_s=PATIENCE_S)
    wait_until((tmp_path / "output").exists, "the scorer is at it")

    process.say_goodbye()

    assert Ended(-9, by_us=True) == process.receive(timeout_s=LEAVE_GRACE_S + PATIENCE_S)
    process.kill()
