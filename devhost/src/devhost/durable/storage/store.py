"""The database behind one writer thread with group commit, and one reader thread.

Work passed to `write` runs in the order of the calls, in a transaction that it shares with its
neighbours. Work must read and write the database only: when one of a group fails, the group is
rolled back and each of it runs again alone.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devhost.durable.storage import schema
from devhost.private_files import private_database

_log = logging.getLogger(__name__)

_GROUP = 512  # pieces of work that share a commit, at most
_BUSY_S = 5.0  # how long to wait for another program's lock on the file


@dataclass(slots=True)
class _Work:
    run: Callable[[sqlite3.Cursor], Any]
    applied: Callable[[Any], None] | None
    done: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


class Store:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        private_database(path)
        self._writing = _connect(path)
        self._create_tables()
        self._reading = _connect(path)
        self._reading.execute("PRAGMA query_only=ON")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="durable-reader")
        self._writer = threading.Thread(target=self._run, name="durable-writer", daemon=True)
        self._writer.start()

    def write[T](
        self,
        work: Callable[[sqlite3.Cursor], T],
        applied: Callable[[T], None] | None = None,
    ) -> asyncio.Future[T]:
        """Commit `work`, then call `applied` with its result, on the loop and in commit order."""
        done: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(_Work(work, applied, done))
        return done

    async def read[T](self, work: Callable[[sqlite3.Cursor], T]) -> T:
        return await self._loop.run_in_executor(self._reader, self._read, work)

    async def close(self) -> None:
        """Commit what was written so far, and close the file."""
        self._queue.put(None)
        await self._loop.run_in_executor(self._reader, self._writer.join)
        self._reader.shutdown()
        self._reading.close()
        self._writing.close()

    def _create_tables(self) -> None:
        (found,) = self._writing.execute("PRAGMA user_version").fetchone()
        if found not in (0, schema.VERSION):
            self._writing.close()
            raise RuntimeError(
                f"The state in '{self._path}' has version {found}, this host writes version "
                f"{schema.VERSION}. Use another state folder."
            )
        self._writing.executescript(schema.TABLES)
        self._writing.execute(f"PRAGMA user_version={schema.VERSION}")

    def _read[T](self, work: Callable[[sqlite3.Cursor], T]) -> T:
        return work(self._reading.cursor())

    def _run(self) -> None:
        cursor = self._writing.cursor()
        while (first := self._queue.get()) is not None:
            group, is_last = self._gather(first)
            try:
                _commit(cursor, group)
            except Exception as error:  # noqa: BLE001 - the work's own: its caller gets it
                _commit_one_by_one(cursor, group, error)
            self._settle_on_loop(group)
            if is_last:
                return

    def _gather(self, first: _Work) -> tuple[list[_Work], bool]:
        group = [first]
        while len(group) < _GROUP:
            try:
                work = self._queue.get_nowait()
            except queue.Empty:
                break
            if work is None:
                return group, True
            group.append(work)
        return group, False

    def _settle_on_loop(self, group: list[_Work]) -> None:
        try:
            self._loop.call_soon_threadsafe(_settle, group)
        except RuntimeError:  # the loop is closed: nobody waits any more
            _log.debug("commit of %d pieces of work outlived its loop", len(group))


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


def _commit(cursor: sqlite3.Cursor, group: list[_Work]) -> None:
    cursor.execute("BEGIN IMMEDIATE")
    try:
        for work in group:
            work.result = work.run(cursor)
        cursor.execute("COMMIT")
    except BaseException:
        if cursor.connection.in_transaction:
            cursor.execute("ROLLBACK")
        raise


def _commit_one_by_one(cursor: sqlite3.Cursor, group: list[_Work], error: Exception) -> None:
    if len(group) == 1:
        group[0].error = error
        return
    for work in group:
        try:
            _commit(cursor, [work])
        except Exception as own:  # noqa: BLE001 - the caller of `write` gets it
            work.error = own


def _settle(group: list[_Work]) -> None:
    for work in group:
        try:
            if work.error is None and work.applied is not None:
                work.applied(work.result)
        except Exception as error:  # noqa: BLE001 - the caller of `write` gets it
            _log.exception("What was committed could not be applied")
            work.error = error
        if work.done.done():
            continue
        if work.error is None:
            work.done.set_result(work.result)
        else:
            work.done.set_exception(work.error)
