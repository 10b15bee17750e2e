"""Waiting for what another process does."""

import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_S = 60.0
"""Far more than any of it takes, on a machine that has other things to do."""


def until[T](ask: Callable[[], T]) -> T:
    """The first truthy answer."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if answer := ask():
            return answer
        time.sleep(0.02)
    raise TimeoutError(f"Not so within {PATIENCE_S:.0f} s.")


def has_ended(pid: int) -> bool:
    """No such process, or one that only waits for its parent to notice."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return True
