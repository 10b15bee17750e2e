"""Waiting for what other processes and threads do, without sleeping on a guess."""

import time
from collections.abc import Callable

import psutil

DEADLINE_S = 20.0


def eventually(is_true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_true():
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {DEADLINE_S} s: {what}")
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
