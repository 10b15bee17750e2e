"""One download into a folder at a time: two would write the same partial files."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cli.console import Console
from cli.downloads.save import unwritable


@contextmanager
def alone_in(folder: Path, out: Console) -> Iterator[None]:
    """Wait until no other command downloads into the folder, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        _lock(descriptor, folder, out)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path, out: Console) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        out.line(f"Waiting for another command that downloads into '{folder}' ...")
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:
        return  # a file system without locks: checks find what two commands mixed
