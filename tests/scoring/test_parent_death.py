import subprocess
import sys
from pathlib import Path

import pytest

from shared.scoring.child.lifeline import LEAVE_GRACE_S
from shared.scoring.child.protocol import Ready, Score, Start
from shared.scoring.scorer.child_environment import child_environment
from shared.scoring.scorer.output_log import OutputLogs
from shared.scoring.scorer.process import Ended, ScorerProcess
from shared.scoring.scorer.scorer_folders import ProcessFolders
from tests.scoring.conftest import Specs, sinful_interpreter
from tests.scoring.waiting import DEADLINE_S, eventually, is_running

_WORKER = """
import sys, threading
from pathlib import Path
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.spec import LocalFile, ScorerSpec
folder, python, sin = sys.argv[1:]
pool = ScorerPool(scratch=Path(folder), idle_s=60)
with pool.lease(ScorerSpec("f", "sinner", python, None), capacity=1) as scorer:
    print(scorer.pid, flush=True)
    scorer.score([LocalFile(Path("x"), sin)], Path(folder) / "output", timeout_s=60)
    print("scored", flush=True)
    threading.Event().wait()
"""


@pytest.mark.parametrize("sin", ["behaves", "sleeps_forever", "ignores_sigterm", "stops"])
def test_a_scorer_ends_when_its_worker_is_killed(tmp_path: Path, sin: str) -> None:
    """Idle, busy, stubborn, or stopped: then only the kernel can end it."""
    python = sinful_interpreter(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(tmp_path), python, sin],
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout is not None
        scorer = int(worker.stdout.readline())
        if sin == "behaves":
            assert "scored\n" == worker.stdout.readline()
        else:
            eventually((tmp_path / "output").exists, "the scorer is at it")
        worker.kill()

    eventually(lambda: not is_running(scorer), "the scorer ended with its worker")


def test_the_end_of_the_control_pipe_alone_ends_a_busy_scorer(
    tmp_path: Path, spec_of: Specs
) -> None:
    """Where there is no parent-death signal, the pipe has to do."""
    spec, folder = spec_of(), tmp_path / "folder"
    folder.mkdir()
    folders = ProcessFolders(home=folder, temporary=folder)
    environment = child_environment(spec, folders)
    process = ScorerProcess([spec.python, "child"], environment, folders, OutputLogs())
    process.send(Start("sinner", str(spec.model_dir), "info"), timeout_s=DEADLINE_S)
    assert isinstance(process.receive(timeout_s=DEADLINE_S), Ready)
    request = Score((("x", "sleeps_forever"),), str(tmp_path / "output"))
    process.send(request, timeout_s=DEADLINE_S)
    eventually((tmp_path / "output").exists, "the scorer is at it")

    process.say_goodbye()

    assert Ended(-9, by_us=True) == process.receive(timeout_s=LEAVE_GRACE_S + DEADLINE_S)
    process.kill()
