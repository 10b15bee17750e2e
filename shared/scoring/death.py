"""The death of a process, told in words."""

import signal

_LIKELY = {
    signal.SIGKILL: "likely out of memory",
    signal.SIGSEGV: "a crash in native code",
    signal.SIGBUS: "a crash in native code, or a full disk behind a memory map",
    signal.SIGABRT: "native code gave up",
    signal.SIGILL: "a library built for another processor",
}
# Shells and containers report a signal this way.
_SHELL_OFFSET = 128


def told(returncode: int) -> str:
    """`exited with code 3`, or `was killed by SIGKILL, likely out of memory`."""
    if returncode >= 0:
        code = f"exited with code {returncode}"
        killer = _signal(returncode - _SHELL_OFFSET)
        return f"{code} ({killer.name} in a process it ran)" if killer else code
    killer = _signal(-returncode)
    if killer is None:
        return f"was killed by signal {-returncode}"
    likely = f", {_LIKELY[killer]}" if killer in _LIKELY else ""
    return f"was killed by {killer.name}{likely}"


def _signal(number: int) -> signal.Signals | None:
    try:
        return signal.Signals(number)
    except ValueError:
        return None
