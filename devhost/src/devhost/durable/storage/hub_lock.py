"""One host a database: a lock file that the system releases when its holder dies."""

import fcntl
import os
from pathlib import Path
from typing import IO

from devhost.private_files import private_file


class HubLocked(Exception):
    """Another process serves this database."""


class HubLock:
    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._file = self._acquire(database)

    def release(self) -> None:
        self._file.close()

    def _acquire(self, database: Path) -> IO[str]:
        private_file(self._path)
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise HubLocked(
                f"Another host (process {holder}) holds the state in '{database}'. "
                "Stop it, or choose another state folder."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        return file
