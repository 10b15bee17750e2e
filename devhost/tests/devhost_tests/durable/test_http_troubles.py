import asyncio
import logging
import sqlite3
from pathlib import Path

import pytest

from devhost.durable.hub import TaskHub
from devhost.durable.storage.database_errors import describe
from devhost_tests.durable.conftest import Http
from devhost_tests.durable.http_calls import API, ended, started


async def test_a_full_disk_is_500_with_the_way_out_and_one_line_in_the_log(
    http: Http, hub: TaskHub, caplog: pytest.LogCaptureFixture
) -> None:
    accepted = await started(http, "waiter")
    (pages,) = await hub.store.write(lambda c: c.execute("PRAGMA page_count").fetchone())
    await hub.store.write(lambda c: c.execute(f"PRAGMA max_page_count={pages}").fetchone())

    with caplog.at_level(logging.ERROR):
        response = await http.post(f"{API}/orchestrators/mirror", json="x" * 1_000_000)

    body = await response.json()
    assert 500 == response.status
    assert ["Message", "ExceptionMessage", "ExceptionType", "StackTrace"] == list(body)
    assert "disk that holds it is full: make room" in body["ExceptionMessage"]
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    lines = [record for record in errors if "POST" in record.getMessage()]
    assert [None] == [record.exc_info for record in lines]

    await hub.store.write(lambda c: c.execute("PRAGMA max_page_count=1000000").fetchone())
    await http.post(f"{API}/instances/{accepted}/raiseEvent/go", json=1)
    assert 1 == (await (await ended(http, accepted)).json())["output"]


async def test_a_database_that_stays_locked_is_500_with_the_way_out(
    http: Http, hub: TaskHub, database: Path
) -> None:
    accepted = await started(http, "waiter")
    await hub.store.write(lambda c: c.execute("PRAGMA busy_timeout=50").fetchone())
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with asyncio.timeout(10):
        response = await http.post(f"{API}/instances/{accepted}/raiseEvent/go", json=1)
    other.execute("ROLLBACK")
    other.close()

    assert 500 == response.status
    assert "Another program holds a lock" in (await response.json())["ExceptionMessage"]
    again = await http.post(f"{API}/instances/{accepted}/raiseEvent/go", json=2)
    assert 202 == again.status
    assert 2 == (await (await ended(http, accepted)).json())["output"]


def test_any_other_trouble_points_at_the_disk() -> None:
    text = describe(sqlite3.OperationalError("disk I/O error"), Path("/state/devhost.db"))

    assert "'/state/devhost.db': disk I/O error. It cannot be read or written" in text
