"""Versions of files, however many, in little memory: what does not fit lies on the disk."""

import sqlite3
from types import TracebackType
from typing import Self


class VersionIndex:
    """Digests of versions, each with a number. To be closed; for one thread at a time.

    It is a temporary database of SQLite's: a private file, which goes when it is closed.
    """

    def __init__(self) -> None:
        self._rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "CREATE TABLE versions (version BLOB PRIMARY KEY, number INTEGER) WITHOUT ROWID",
            "BEGIN",
        ):
            self._rows.execute(statement)
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._rows.close()

    def __len__(self) -> int:
        return self._count

    def __contains__(self, version: object) -> bool:
        return self.find(version) is not None

    def find(self, version: object) -> int | None:
        """The number that it was added with; None if it was not."""
        select = "SELECT number FROM versions WHERE version = ?"
        found = self._rows.execute(select, (version,)).fetchone()
        return int(found[0]) if found else None

    def add(self, version: bytes, number: int = 0) -> bool:
        """Whether it is new; one that is there keeps its number."""
        insert = "INSERT OR IGNORE INTO versions VALUES (?, ?)"
        is_new = self._rows.execute(insert, (version, number)).rowcount == 1
        self._count += is_new
        return is_new
