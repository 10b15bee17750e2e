"""What timers and blob triggers must remember over a restart."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from devhost.private_files import private_database

TABLES = """
CREATE TABLE IF NOT EXISTS timers (
    function TEXT PRIMARY KEY, schedule TEXT NOT NULL, last TEXT NOT NULL, next TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS receipts (
    function TEXT NOT NULL, blob TEXT NOT NULL, etag TEXT NOT NULL,
    PRIMARY KEY (function, blob, etag)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blob_events (
    id INTEGER PRIMARY KEY, function TEXT NOT NULL, container TEXT NOT NULL, blob TEXT NOT NULL);
"""


@dataclass(frozen=True)
class TimerStatus:
    """When a timer ran last, when it is due next, and by which schedule."""

    schedule: str
    last: datetime
    next: datetime


@dataclass(frozen=True)
class BlobEvent:
    """An event of Event Grid that was taken, and has not run yet."""

    id: int
    function: str
    container: str
    blob: str


class TriggerState:
    """A small database beside the hub's, so that neither waits for the other."""

    def __init__(self, path: Path) -> None:
        private_database(path)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(TABLES)

    def timer(self, function: str) -> TimerStatus | None:
        row = self._db.execute(
            "SELECT schedule, last, next FROM timers WHERE function = ?", (function,)
        ).fetchone()
        if row is None:
            return None
        return TimerStatus(row[0], datetime.fromisoformat(row[1]), datetime.fromisoformat(row[2]))

    def remember_timer(self, function: str, status: TimerStatus) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO timers VALUES (?, ?, ?, ?)",
            (function, status.schedule, status.last.isoformat(), status.next.isoformat()),
        )

    def has_receipt(self, function: str, blob: str, etag: str) -> bool:
        found = self._db.execute(
            "SELECT 1 FROM receipts WHERE function = ? AND blob = ? AND etag = ?",
            (function, blob, etag),
        )
        return found.fetchone() is not None

    def remember_receipt(self, function: str, blob: str, etag: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO receipts VALUES (?, ?, ?)", (function, blob, etag))

    def blob_events(self) -> list[BlobEvent]:
        """What was remembered and not forgotten, in order."""
        rows = self._db.execute("SELECT id, function, container, blob FROM blob_events ORDER BY id")
        return [BlobEvent(*row) for row in rows]

    def remember_blob_event(self, function: str, container: str, blob: str) -> BlobEvent:
        row = self._db.execute(
            "INSERT INTO blob_events (function, container, blob) VALUES (?, ?, ?) RETURNING id",
            (function, container, blob),
        ).fetchone()
        return BlobEvent(row[0], function, container, blob)

    def forget_blob_event(self, event: BlobEvent) -> None:
        self._db.execute("DELETE FROM blob_events WHERE id = ?", (event.id,))

    def close(self) -> None:
        self._db.close()
