"""Transfers side by side: all are done, or the first failure ends them."""

import signal
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Event, Lock

import pytest

from cli.storage.side_by_side import SideBySide, Stopped
from tests.support.stub_service import ROOT

WAITS_FOR_EVER = """
from threading import Event
from cli.storage.side_by_side import SideBySide

def hang(_):
    print("begun", flush=True)
    Event().wait()

SideBySide().run(hang, [1], 1)
"""


def test_every_item_is_done_once() -> None:
    done, lock = list[int](), Lock()

    def work(item: int) -> None:
        with lock:
            done.append(item)

    SideBySide().run(work, range(1000), 16)

    assert list(range(1000)) == sorted(done)


def test_so_many_run_at_once() -> None:
    meeting = Barrier(4)

    SideBySide().run(lambda _: void(meeting.wait(timeout=30)), range(8), 4)

    assert not meeting.broken


def void(_: object) -> None:
    """What a transfer answers."""


def test_the_first_failure_ends_those_that_run_and_those_that_wait() -> None:
    transfers, begun, ended = SideBySide(), list[int](), Event()

    def work(item: int) -> None:
        begun.append(item)
        if item == 1:
            raise ValueError(item)
        try:
            while True:
                transfers.check()
        except Stopped:
            ended.set()
            raise

    with pytest.raises(ValueError, match="1"):
        transfers.run(work, range(100), 2)

    assert ended.wait(30)
    assert [0, 1] == sorted(begun)


def test_nothing_to_do_is_done() -> None:
    SideBySide().run(void, [], 4)


def test_ctrl_c_ends_the_program_though_a_transfer_hangs(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITS_FOR_EVER],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as program:
        assert program.stdout is not None
        assert b"begun\n" == program.stdout.readline()
        program.send_signal(signal.SIGINT)

        assert program.wait(30) != 0
