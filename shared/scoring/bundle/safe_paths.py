"""Where the files of a mini-batch lie on the local disk: each under its own name.

Scripts tell their rows apart by it, so it is never altered where a file system can hold it.
"""

import hashlib
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

# Most file systems hold so many bytes.
LONGEST_NAME = 255
_DIGEST = 8


def safe_paths(names: Sequence[str]) -> list[str]:
    """Paths below the mini-batch's folder, for distinct names of blobs without their folders.

    Each is a folder and a name, as text: to make thousands of `Path`s of parts takes time.

    Names that some file systems take for one (upper and lower case, composed characters) lie in
    folders of their own. One that is too long keeps its end, which tells what it is, after a
    digest that nobody else's name has.
    """
    used = set[str]()
    paths = list[str]()
    for index, name in enumerate(names):
        is_plain = name.isascii()
        key = name.lower() if is_plain else unicodedata.normalize("NFC", name).casefold()
        folder = str(index) if key in used else "files"
        used.add(key)
        paths.append(f"{folder}/{_fitting(name)}")
    return paths


def make_folders(folder: Path, names: Iterable[str]) -> None:
    """New folders of these names inside `folder`, with nothing else beside them.

    A script may have put something there.
    """
    try:
        _make(folder, names)
    except FileExistsError:
        _remove(folder)
        _make(folder, names)


def make_way(path: Path, folder: Path) -> None:
    """Have a real folder for the file, inside `folder`, and nothing in its place.

    A script may have removed folders, or have put something else where they were.
    """
    for parent in reversed(path.relative_to(folder).parents):
        folder_path = folder / parent
        if folder_path.is_symlink() or folder_path.is_file():
            folder_path.unlink()
        folder_path.mkdir(parents=True, exist_ok=True)
    _remove(path)


def _make(folder: Path, names: Iterable[str]) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).mkdir()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _fitting(name: str) -> str:
    if len(encoded := name.encode()) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(encoded).hexdigest()[:_DIGEST]
    return f"{digest}~{encoded[_DIGEST + 1 - LONGEST_NAME :].decode(errors='ignore')}"
