"""Where a host and its guests meet: a socket in the state folder, for the folder's owner only."""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from devhost.private_files import FILE

NAME = "guests.sock"
_LONGEST = 100  # bytes of a path that every system takes for a socket


def listen(state: Path) -> socket.socket:
    """The host's end. Whoever holds the hub's lock may take over what an earlier host left."""
    with suppress(FileNotFoundError):
        (state / NAME).unlink()
    listener = _reached(state, socket.socket.bind)
    (state / NAME).chmod(FILE)
    listener.listen()
    return listener


def connect(state: Path) -> socket.socket:
    """A guest's end. Raises OSError while there is no host."""
    return _reached(state, socket.socket.connect)


def _reached(state: Path, reach: Callable[[socket.socket, str], None]) -> socket.socket:
    """Paths of sockets are short; a long one is reached through its folder's descriptor."""
    end = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    folder = os.open(state, os.O_RDONLY)
    try:
        is_long = len(os.fsencode(state / NAME)) > _LONGEST
        reach(end, f"/proc/self/fd/{folder}/{NAME}" if is_long else str(state / NAME))
    except BaseException:
        end.close()
        raise
    finally:
        os.close(folder)
    end.settimeout(0)  # asyncio's way
    return end
