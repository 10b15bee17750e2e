"""The death of a process, in words."""

import contextlib
import signal
from pathlib import Path

_COUNTERS = Path("/proc/vmstat")
_LIKELY = {
    signal.SIGKILL: "likely out of memory",
    signal.SIGSEGV: "a crash in native code",
    signal.SIGBUS: "a crash in native code, or a full disk behind a memory map",
    signal.SIGABRT: "native code gave up",
    signal.SIGILL: "a library built for another processor",
}
# Shells and containers report a signal this way.
_SHELL_OFFSET = 128


def describe_death(returncode: int, *, ran_out: bool = False) -> str:
    """`exited with code 3`, or `was killed by SIGKILL, likely out of memory`.

    `ran_out`: the kernel has ended a process for want of memory meanwhile.
    """
    if returncode >= 0:
        code = f"exited with code {returncode}"
        killer = _signal(returncode - _SHELL_OFFSET)
        return f"{code} ({killer.name} in a process it ran)" if killer else code
    killer = _signal(-returncode)
    if killer is None:
        return f"was killed by signal {-returncode}"
    if killer is signal.SIGKILL and ran_out:
        return "was killed by SIGKILL: the machine, or its container, ran out of memory"
    likely = f", {_LIKELY[killer]}" if killer in _LIKELY else ""
    return f"was killed by {killer.name}{likely}"


def memory_kills(counters: Path = _COUNTERS) -> int:
    """How many processes the kernel has ended so since it started; 0 where it does not say."""
    with contextlib.suppress(OSError):
        for line in counters.read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0


def _signal(number: int) -> signal.Signals | None:
    try:
        return signal.Signals(number)
    except ValueError:
        return None
