"""Rows on their way to several files, in frames: `["key", rows, bytes]` on a line, then the rows.

A key is an input file's, or the path of a partition as Hive spells it: `country=DE/day=1`. Within
a key the rows keep their order.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .named_columns import WrongColumns, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# As the domain's, which a foreign interpreter cannot import.
MOST_PARTITIONS, LONGEST_PATH = 1_000, 400
# Of one folder, in bytes: no usual disk takes a longer name.
LONGEST_FOLDER = 255
NOTHING = "__HIVE_DEFAULT_PARTITION__"
# What Hive escapes; and what no folder may end with in every store.
_ODD = re.compile("[\\x00-\\x1f\\x7f\\ufffe\\uffff\"#%'*/:=?\\\\{}\\[\\]^]|[. ]$")


def framed(keys: Iterable[str], lines: Iterable[str], errors: str = "strict") -> Iterator[bytes]:
    """The text of each row, put together by its key."""
    rows: dict[str, list[str]] = {}
    for key, line in zip(keys, lines):  # noqa: B905  # 3.7
        rows.setdefault(key, []).append(line)
    if len(rows) > MOST_PARTITIONS:
        raise WrongColumns(
            f"The rows of one mini-batch are for {len(rows)} partitions, more than the "
            f"{MOST_PARTITIONS} that an output may have. Partition by a column with fewer values"
        )
    for key, some in rows.items():
        content = "".join(some).encode("utf-8", errors)
        yield json.dumps([key, len(some), len(content)]).encode() + b"\n" + content


def without_partition(
    names: Sequence[str], columns: Sequence[Any], partition: Sequence[str]
) -> tuple[list[str], list[Any], list[str]]:
    """Names and columns that stay, and the partition of each row. Raises `WrongColumns`."""
    by_name = dict(zip(names, columns))  # noqa: B905  # 3.7
    check_partition(by_name, partition)
    paths = partition_paths(partition, [by_name.pop(name) for name in partition])
    return list(by_name), list(by_name.values()), paths


def check_partition(names: Iterable[str], partition: Sequence[str]) -> None:
    there = list(names)
    missing = [name for name in partition if name not in there]
    if missing:
        raise WrongColumns(
            f"The rows have no columns {listed(missing)} to be partitioned by; "
            f"they have {listed(there)}. Name some of those in outputPartition"
        )
    if len(there) == len(partition):
        raise WrongColumns(
            "The rows have the columns of outputPartition and no others, so that nothing is left "
            "for the files. Name fewer columns"
        )


def partition_paths(names: Sequence[str], columns: Sequence[Iterable[Any]]) -> list[str]:
    folders = [
        [f"{escaped(name)}={_text(name, value)}" for value in values]
        for name, values in zip(names, columns)  # noqa: B905  # 3.7
    ]
    paths = ["/".join(row) for row in zip(*folders)]  # noqa: B905  # 3.7
    _check_length((name for row in folders for name in row), "folder", LONGEST_FOLDER)
    _check_length(paths, "partition", LONGEST_PATH)
    return paths


def _check_length(names: Iterable[str], what: str, most: int) -> None:
    """Raises `WrongColumns` for one that is too long, in bytes."""
    longest = max(names, key=_size, default="")
    if _size(longest) > most:
        raise WrongColumns(
            f"The {what} {longest[:80]!r}... is longer than {most} bytes. "
            "Partition by a column with shorter values"
        )


def _size(name: str) -> int:
    return len(name.encode("utf-8", "surrogatepass"))


def _text(name: str, value: Any) -> str:
    """Nothing, and an empty text, are nothing to Hive."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, (list, dict)):
        raise WrongColumns(
            f"The column {name!r} has lists or dicts, which name no partition. "
            "Partition by a column of texts, numbers or dates"
        )
    return escaped(value if isinstance(value, str) else json.dumps(value))


def escaped(text: str) -> str:
    plain = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return _ODD.sub(lambda odd: "".join(f"%{byte:02X}" for byte in odd[0].encode()), plain)
