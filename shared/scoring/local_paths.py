"""Where the files of a mini-batch lie on the local disk: each under its own name.

Scripts tell their rows apart by it, so it is never altered where a file system can hold it.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from pathlib import PurePath

# Most file systems hold so many bytes.
LONGEST_NAME = 255
_DIGEST = 8


def local_paths(names: Sequence[str]) -> list[PurePath]:
    """Paths below the mini-batch's folder, for distinct names of blobs without their folders.

    Names that some file systems take for one (upper and lower case, composed characters) lie in
    folders of their own. One that is too long keeps its end, which tells what it is, after a
    digest that nobody else's name has.
    """
    taken = set[str]()
    paths = list[PurePath]()
    for index, name in enumerate(names):
        key = unicodedata.normalize("NFC", name).casefold()
        folder = str(index) if key in taken else "files"
        taken.add(key)
        paths.append(PurePath(folder, _fitting(name)))
    return paths


def _fitting(name: str) -> str:
    encoded = name.encode()
    if len(encoded) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(encoded).hexdigest()[:_DIGEST]
    return f"{digest}~{encoded[_DIGEST + 1 - LONGEST_NAME :].decode(errors='ignore')}"
