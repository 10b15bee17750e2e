"""A driver that misbehaves on request, run by the real loop of a scorer process.

The folder of the "model" names what it does while it loads, each input file what run() does.
Python 3.7 syntax: it runs under every interpreter that a scorer may have.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from shared.scoring.child.messages import InitRequest, RunDone, RunRequest

if TYPE_CHECKING:
    from shared.scoring.child.messages import Run

FLOOD = 32 << 20


def driver(start: InitRequest) -> Run:
    globals().get(Path(start.model_dir).name, behaves)()
    return run


def run(request: RunRequest) -> RunDone:
    started = time.perf_counter()
    with open(request.output, "w") as output:  # noqa: PTH123
        for index, (_, name) in enumerate(request.files):
            said = globals().get(name, behaves)()
            output.write(f"{index},{said or name}\n")
    size = os.path.getsize(request.output)  # noqa: PTH202
    return RunDone(len(request.files), len(request.files), (), size, time.perf_counter() - started)


def behaves() -> None:
    return


def prints() -> None:
    print("printed by the model")  # noqa: T201


def tells_all() -> str:
    descriptors = {}
    for entry in Path("/proc/self/fd").iterdir():
        try:
            descriptors[entry.name] = os.readlink(str(entry))  # noqa: PTH115
        except OSError:
            continue  # the listing's own
    return json.dumps(
        {"environ": dict(os.environ), "descriptors": descriptors, "cwd": os.getcwd()}  # noqa: PTH109
    )


def raises() -> None:
    raise ValueError("no such luck")


def raises_nothing_to_say() -> None:
    raise ValueError


def raises_1mb_message() -> None:
    raise ValueError("\n\nfirst line\n" + "x" * (1 << 20))


def exits() -> None:
    sys.exit(42)


def exits_at_once() -> None:
    print("last words")  # noqa: T201
    os._exit(7)


def is_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def crashes() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def sleeps_forever() -> None:
    while True:
        time.sleep(60)


def ignores_sigterm() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sleeps_forever()


def stops() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def prints_a_lot() -> None:
    for _ in range(FLOOD >> 10):
        os.write(1, b"x" * 1023 + b"\n")


def writes_binary_to_stdout() -> None:
    os.write(1, bytes(range(256)) * 100)
    os.write(2, b"\n\xff\xfe\n")


def closes_stdout() -> None:
    sys.stdout.close()
    for descriptor in (1, 2):
        try:
            os.close(descriptor)
        except OSError:
            continue


def closes_everything() -> None:
    os.closerange(3, 1024)


def dies_slowly() -> None:
    closes_everything()
    time.sleep(1)
    os._exit(9)


def closes_everything_and_sleeps() -> None:
    closes_everything()
    sleeps_forever()


def writes_into_every_pipe() -> None:
    for descriptor in range(3, 1024):
        try:
            os.write(descriptor, b"not for you\n")
        except OSError:
            continue
    sleeps_forever()


def forks() -> str:
    """The fork holds every pipe for ever."""
    child = os.fork()
    if not child:
        sleeps_forever()
    return str(child)


def forks_and_exits() -> None:
    print("forked " + forks())  # noqa: T201
    os._exit(3)


def detaches_and_exits() -> None:
    """The fork leaves the process group, and holds every pipe."""
    child = os.fork()
    if not child:
        os.setsid()
        time.sleep(20)
        os._exit(0)
    os._exit(4)


def asks_for_patience() -> None:
    time.sleep(0.3)
