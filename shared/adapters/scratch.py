"""The local disk: a folder for this process, and the end of what dead ones left."""

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import psutil


def make_own_folder(base: Path) -> Path:
    """A new folder of this process in `base`; those of processes that are gone are removed.

    A process id alone may be in use again, so a folder bears the start of its process too. Who has
    a temporary folder in one that is removed was left by its process, and is ended.
    """
    base.mkdir(parents=True, exist_ok=True)
    for folder in base.iterdir():
        if not _is_in_use(folder.name):
            _end_strays(folder)
            shutil.rmtree(folder, ignore_errors=True)
    own = base / _name(os.getpid())
    own.mkdir(exist_ok=True)
    return own


def _end_strays(folder: Path) -> None:
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            temporary = process.environ().get("TMPDIR")
            if temporary and Path(temporary).is_relative_to(folder):
                process.send_signal(signal.SIGKILL)


def _name(pid: int) -> str:
    return f"{pid}-{psutil.Process(pid).create_time():.2f}"


def _is_in_use(name: str) -> bool:
    pid = name.partition("-")[0]
    with suppress(psutil.NoSuchProcess):
        return pid.isdigit() and _name(int(pid)) == name
    return False
