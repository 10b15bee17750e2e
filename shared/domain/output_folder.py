"""The folder of predictions that are several files, and what each of them is called in it.

`_SUCCESS`, the name that Hadoop's writers use, is written last: it lists the files, and says that
they are all.
"""

import json

from shared.domain.errors import InvalidRequest

MARKER = "_SUCCESS"


def marker_of(folder: str) -> str:
    return f"{folder.rstrip('/')}/{MARKER}"


def without_marker(path: str) -> str:
    """The folder, of a marker's path; any other path as it is."""
    return path.removesuffix(f"/{MARKER}")


class InputNames:
    """Names of the files of inputs: as they lie in the input's folder, else their own names.

    Where two would be one the later gets a number, in the order of the plan.
    """

    def __init__(self, folder: str, extension: str) -> None:
        self._folder, self._extension = f"{folder}/" if folder else "", extension
        self._taken = set[str]()

    def name_of(self, key: str) -> str:
        """`key` is a planned file's. Raises InvalidRequest."""
        try:
            container, name = json.loads(key)
            is_inside = not container and name.startswith(self._folder) and name != self._folder
            path = name.removeprefix(self._folder) if is_inside else name.rpartition("/")[2]
        except (ValueError, TypeError, AttributeError):
            raise _unknown(key) from None
        return self._free(path)

    def _free(self, path: str) -> str:
        name, number = f"{path}{self._extension}", 1
        while name in self._taken:
            number += 1
            name = f"{path}-{number}{self._extension}"
        self._taken.add(name)
        return name


class PartitionNames:
    """Names of the files of partitions: one in each of their folders."""

    def __init__(self, columns: int, extension: str) -> None:
        self._columns, self._extension = columns, extension

    def name_of(self, key: str) -> str:
        """`key` is a partition's path. Raises InvalidRequest."""
        folders = key.split("/")
        if len(folders) != self._columns or not all(map(_is_partition, folders)):
            raise _unknown(key)
        return f"{key}/part-0{self._extension}"


def _is_partition(folder: str) -> bool:
    name, sign, value = folder.partition("=")
    return bool(name and sign and value) and "=" not in value


def _unknown(key: str) -> InvalidRequest:
    return InvalidRequest(
        f"Rows of the job are for '{key[:100]}', which is no file of its output.",
        fix="Invoke again; let the script write nothing where its rows are kept.",
    )
