"""Folders and files that only their owner reads, whatever the umask is and the modes were."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

FILE, FOLDER = 0o600, 0o700
OTHERS = 0o077
_OF_SQLITE = ("-wal", "-shm", "-journal")


def private_folder(path: Path) -> None:
    """Make it, or close one that is there. One that many share (/tmp) or another owns stays."""
    path.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    _close(path, FOLDER)


def private_file(path: Path) -> None:
    """Make it, empty, or close the one that is there."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE))
    _close(path, FILE)


def private_database(path: Path) -> None:
    """Before SQLite opens it: the files that it makes beside a database have that one's mode."""
    private_file(path)
    for beside in (path.with_name(path.name + suffix) for suffix in _OF_SQLITE):
        if beside.exists():
            _close(beside, FILE)


def replace(path: Path, content: bytes, mode: int = FILE) -> None:
    """Whole or not at all; from its first moment only its owner reads it, unless `mode` says."""
    with NamedTemporaryFile(dir=path.parent, prefix=f"{path.name}.", delete=False) as draft:
        draft.write(content)
    new = Path(draft.name)
    new.chmod(mode)
    new.replace(path)


def _close(path: Path, least: int) -> None:
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    wanted = (mode | least) & ~OTHERS
    is_ours = found.st_uid == os.geteuid() and not mode & stat.S_ISVTX
    if is_ours and mode != wanted:
        path.chmod(wanted)
