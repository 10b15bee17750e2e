"""Waiting a while for what an orchestration does, so that a quick one is answered at once."""

import time
from collections.abc import Callable

POLL_S = 0.1


def wait_until[T](
    is_done: Callable[[T], bool], now: T, look: Callable[[], T], *, within_s: float
) -> T:
    """`now`, or what `look` sees later: once that is done, or as it is when the time is up."""
    deadline = time.monotonic() + within_s
    while not is_done(now) and time.monotonic() < deadline:
        time.sleep(POLL_S)
        now = look()
    return now
