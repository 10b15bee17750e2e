"""Ends the host when its supervisor is gone, even one that was killed.

A program of its own, started by path: it reads process groups from standard input, the newest
counts, and the input ends when the supervisor does. A supervisor that ends in order says 0.
"""

import os
import signal
import sys
import time

GRACE_S = 10.0
"""For requests and activities in flight."""
POLL_S = 0.05


def end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_S
        while time.monotonic() < deadline:
            time.sleep(POLL_S)
            os.killpg(group, 0)
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    newest = 0
    for line in sys.stdin:
        newest = int(line)
    if newest:
        end_group(newest)
