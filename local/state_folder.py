"""The folder in which one stack keeps everything, and its lock."""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO

from devhost.private_files import private_file, private_folder, replace
from local.azurite import Ports
from local.stack_errors import Refused

LEFTOVERS_LIMIT_S = 30.0
"""What a killed supervisor leaves behind ends well within this."""
POLL_S = 0.1
LOOK_S = 0.001
"""For as long as a look for a service takes."""
KEY_BYTES = 32


class StateFolder:
    """Paths and records inside the folder."""

    def __init__(self, folder: Path) -> None:
        private_folder(folder)
        self.folder = folder
        self.azurite = folder / "azurite"
        self.host = folder / "host"
        self._ports = folder / "ports.json"
        for part in (self.azurite, self.host):
            private_folder(part)

    def scratch_of(self, number: int) -> Path:
        """The disk of the first host, of the second, ..."""
        scratch = self.folder / ("scratch" if number == 1 else f"scratch-{number}")
        private_folder(scratch)
        return scratch

    def ports(self) -> Ports:
        """Azurite's ports of the last time: a restart keeps them, and clients their URLs."""
        with suppress(FileNotFoundError, ValueError, TypeError):
            return Ports(**json.loads(self._ports.read_text()))
        return Ports()

    def credentials_key(self) -> str:
        """By what datastores' credentials are sealed: made once, for as long as the folder is."""
        path = self.folder / "credentials.key"
        if not path.exists():
            replace(path, secrets.token_urlsafe(KEY_BYTES).encode())
        return path.read_text()

    def keep_ports(self, ports: Ports) -> None:
        write_json(self._ports, asdict(ports))

    @contextmanager
    def lock(self) -> Iterator[int]:
        """Hold the folder for this process and the children that inherit the descriptor.

        The operating system drops the lock with the last of them, so a folder is free again
        only when nobody writes to it any more.
        """
        private_file(self.folder / "serve.lock")
        with (self.folder / "serve.lock").open("a+", encoding="utf-8") as lock:
            _acquire(lock, self.folder)
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield lock.fileno()


def _acquire(lock: IO[str], folder: Path) -> None:
    deadline = time.monotonic() + LEFTOVERS_LIMIT_S
    while not _taken(lock, fcntl.LOCK_EX):
        if _is_only_looked_at(lock):
            time.sleep(LOOK_S)
            continue
        lock.seek(0)
        holder = lock.read()
        if _is_running(holder) or time.monotonic() > deadline:
            raise Refused(
                f"Another ./run serve (process {holder or 'unknown'}) is using '{folder}'.",
                fix="Stop it, or pass --state with another folder.",
            )
        time.sleep(POLL_S)


def _is_only_looked_at(lock: IO[str]) -> bool:
    """Whether nobody serves: commands that look for a service share the lock for a moment."""
    if _taken(lock, fcntl.LOCK_SH):
        fcntl.flock(lock, fcntl.LOCK_UN)
        return True
    return False


def _taken(lock: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (ValueError, PermissionError):
        return True
    return True


def write_json(path: Path, document: object) -> None:
    """Replace the file at once: a reader sees the old one or the new one. It is its owner's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, (json.dumps(document, indent=2) + "\n").encode())
