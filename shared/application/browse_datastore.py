"""What lies in a folder of a datastore: one level of it, for who looks for an input."""

from dataclasses import dataclass

from shared.ports import Blobs

MOST_ENTRIES = 200
AT_ONCE = 200
BEYOND_FOLDER = "\uffff"
"""After every name in a folder."""


@dataclass(frozen=True)
class Entry:
    """A file, or a folder: its name inside the folder that was asked for."""

    name: str
    is_folder: bool


def browse_datastore(
    blobs: Blobs, container: str, folder: str, after: str = ""
) -> tuple[list[Entry], bool]:
    """Up to MOST_ENTRIES entries after the one of that name, and whether more follow.

    A folder is one listing, however much lies in it: the next one begins behind it.
    """
    prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
    start = f"{prefix}{after}{BEYOND_FOLDER}" if after.endswith("/") else f"{prefix}{after}"
    found = list[Entry]()
    while len(found) <= MOST_ENTRIES:
        entries, start = _until_folder(blobs, container, prefix, start if start != prefix else "")
        found += entries
        if not start:
            break
    return found[:MOST_ENTRIES], len(found) > MOST_ENTRIES


def _until_folder(blobs: Blobs, container: str, prefix: str, start: str) -> tuple[list[Entry], str]:
    """The files up to the next folder, that folder, and where to go on; '': that was all."""
    found = list[Entry]()
    for name in blobs.list_names(container, prefix, start, at_once=AT_ONCE):
        first, slash, _ = name.removeprefix(prefix).partition("/")
        if slash:
            if first:
                found.append(Entry(f"{first}/", is_folder=True))
            return found, f"{prefix}{first}/{BEYOND_FOLDER}"
        if first:
            found.append(Entry(first, is_folder=False))
        if len(found) > MOST_ENTRIES:
            return found, name
    return found, ""
