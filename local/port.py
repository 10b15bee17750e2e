"""Free ports of this machine."""

import errno
import os
import random
import socket

from local.stack_errors import Refused

LARGEST = 65_535

OURS = range(20_000, 32_000)
"""Below the ports that systems hand out by themselves: while a part is being started again,
nobody is given its port by chance."""

TRIES = 100


def choose(port: int) -> int:
    """`port` if it is free, any free one for 0. Raises Refused."""
    if port:
        return _checked(port)
    for candidate in random.sample(OURS, TRIES):
        if _error(candidate) == 0:
            return candidate
    raise Refused("No port is free.", fix="Pass one with --port.")


def choose_several(count: int) -> list[int]:
    """Free ones, each another. Raises Refused."""
    chosen = set[int]()
    while len(chosen) < count:
        chosen.add(choose(0))
    return sorted(chosen)


def _checked(port: int) -> int:
    if error := _error(port):
        raise Refused(
            f"Port {port} cannot be used: {os.strerror(error)}.",
            fix="Stop the program that has it, or pass --port with another one (0: any).",
        )
    return port


def _error(port: int) -> int:
    """0 if it can be bound, else why not."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            return taken.errno or errno.EADDRINUSE
        return 0
