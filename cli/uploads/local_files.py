"""The files of a folder (or the one file) that are to be uploaded, by the names they get."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from knack.log import get_logger

from cli.errors import UsageError
from cli.uploads.ignore_file import IsIgnored, read_ignore_file
from shared.domain.blob_name import problem_with

log = get_logger(__name__)


@dataclass(frozen=True)
class UploadFile:
    """`name` is its path below the folder, with slashes; size and time are those of the listing."""

    path: Path
    name: str
    size: int
    modified_ns: int

    def is_unchanged(self, descriptor: int) -> bool:
        now = os.fstat(descriptor)
        return (now.st_size, now.st_mtime_ns) == (self.size, self.modified_ns)


def list_files(root: Path, *, is_all: bool = False) -> list[UploadFile]:
    """In the order of their hash; with `is_all`, what an ignore file names, too.

    Raises UsageError for what cannot be uploaded, by name.
    """
    if not root.exists():
        raise UsageError(
            f"There is no file or folder '{root}'.", fix="Name one that is there, by its path."
        )
    if not root.is_dir():
        return [_file(root, root.name)]
    is_ignored = _nothing if is_all else read_ignore_file(root)
    found = list(_walk(root, "", is_ignored, ()))
    if not found:
        raise UsageError(
            f"The folder '{root}' has no file to upload.",
            fix="Name a folder with files, or see what its .amlignore or .gitignore leaves out.",
        )
    return sorted(found, key=lambda file: (file.name.lower(), file.name))


def _nothing(_: str) -> bool:
    return False


def _walk(
    folder: Path, prefix: str, is_ignored: IsIgnored, above: tuple[str, ...]
) -> Iterator[UploadFile]:
    """Links are followed, as the official client does: the store has none."""
    real = os.path.realpath(folder)
    if real in above:
        raise UsageError(
            f"The link '{folder}' leads back to a folder that it is in.",
            fix="Remove it, or name it in .amlignore.",
        )
    for entry in _entries(folder):
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            if not is_ignored(f"{name}/"):
                yield from _walk(Path(entry.path), f"{name}/", is_ignored, (*above, real))
        elif not is_ignored(name):
            yield _file(Path(entry.path), name)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError as error:
        raise unreadable(folder, error) from None
    if not found:
        log.warning("The folder '%s' is empty and is left out: the store has files only.", folder)
    return found


def _file(path: Path, name: str) -> UploadFile:
    try:
        facts = path.stat()
    except FileNotFoundError:
        raise UsageError(
            f"The link '{path}' leads nowhere.", fix="Mend it, or name it in .amlignore."
        ) from None
    except OSError as error:
        raise unreadable(path, error) from None
    _check(path, name, facts.st_mode)
    return UploadFile(path, name, facts.st_size, facts.st_mtime_ns)


def _check(path: Path, name: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise UsageError(
            f"'{path}' is no file: a socket, pipe or device.",
            fix="Remove it, or name it in .amlignore.",
        )
    if not os.access(path, os.R_OK):  # said before anything is sent
        raise unreadable(path, PermissionError(errno.EACCES, "Permission denied"))
    check_name(path, name)


def check_name(path: Path, name: str) -> None:
    """Raises UsageError for a name that no blob can have."""
    if problem := problem_with(name):
        raise UsageError(
            f"{str(path)!a} cannot be uploaded under its name: {problem}.",
            fix="Rename it, or name it in .amlignore.",
        )


def unreadable(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"'{path}' cannot be read: {error.strerror}.",
        fix="Change its permissions, or name it in .amlignore.",
    )
