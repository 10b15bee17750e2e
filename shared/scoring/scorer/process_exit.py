"""The end of a process that has scored: shutdown(), then the interpreter's own, in bounded time."""

import time
from contextlib import suppress
from dataclasses import dataclass

from shared.scoring.child.messages import ShutdownDone, ShutdownRequest
from shared.scoring.scorer.cause_of_death import describe_death
from shared.scoring.scorer.scorer_process import Ended, ScorerProcess
from shared.scoring.scorer_spec import SideFile

# shutdown() and the exit handlers together; archives of gigabytes are closed in less.
SHUTDOWN_LIMIT_S = 60.0
_SEND_LIMIT_S = 1.0


@dataclass(frozen=True)
class ExitReport:
    """What a scorer leaves at its end.

    `side_files` are what changed since the last mini-batch. `loss` says which files are of no use
    now, and `failure`, with its `details`, why the end was not a whole one; both are empty if all
    went well.
    """

    side_files: tuple[SideFile, ...] = ()
    loss: str = ""
    failure: str = ""
    details: str = ""


def send_shutdown(process: ScorerProcess) -> None:
    """Several may be asked before the first is waited for."""
    with suppress(OSError):  # it is gone, or does not read: its end will tell
        process.send(ShutdownRequest(), timeout_s=_SEND_LIMIT_S)


def await_exit(process: ScorerProcess, limit_s: float) -> tuple[str, str]:
    """Why its end is not a whole one, and the traceback; both empty if it is. It is dead then."""
    deadline = time.monotonic() + limit_s
    done: ShutdownDone | None = None
    while True:
        answer = process.receive(timeout_s=deadline - time.monotonic())
        if isinstance(answer, ShutdownDone):
            done = answer
        elif isinstance(answer, Ended):
            return _of_end(answer, done)
        elif answer is None:
            process.kill()
            what = "shutdown()" if done is None else "The script's exit handlers"
            return f"{what} took more than {limit_s:g} s, and the process was killed", ""


def _of_end(ended: Ended, done: ShutdownDone | None) -> tuple[str, str]:
    if done is not None and done.message:
        return f"shutdown() failed: {done.message}", done.details
    if done is None or ended.returncode < 0:
        death = describe_death(ended.returncode, ran_out=ended.ran_out)
        return f"The scorer process {death} at its end", ""
    return "", ""
