import asyncio
import base64
import sqlite3
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from durabletask.internal import orchestrator_service_pb2 as pb
from hypothesis import given
from hypothesis import strategies as st

from devhost.durable import events
from devhost.durable.engine.durable_timers import DurableTimers
from devhost.durable.records import InboxMessage
from devhost.durable.storage.store import Store
from devhost.durable.wire_format import EngineClock, events_of, orchestrator_request, past


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    await store.close()


def count(cursor: sqlite3.Cursor) -> int:
    return int(cursor.execute("SELECT count(*) FROM inputs").fetchone()[0])


def add(cursor: sqlite3.Cursor, key: int) -> None:
    cursor.execute("INSERT INTO inputs VALUES(?, '')", (str(key),))


def number(_: sqlite3.Cursor, given: int) -> int:
    return given


async def test_work_that_fails_does_not_take_its_neighbours_with_it(store: Store) -> None:
    def add_or_fail(cursor: sqlite3.Cursor, key: int) -> None:
        add(cursor, key)
        if key % 10 == 3:
            raise LookupError(key)

    done = await asyncio.gather(
        *(store.write(partial(add_or_fail, key=key)) for key in range(100)),
        return_exceptions=True,
    )

    assert 10 == sum(isinstance(result, LookupError) for result in done)
    assert 90 == await store.read(count)


async def test_what_was_committed_is_applied_in_the_order_it_was_given(store: Store) -> None:
    applied: list[int] = []

    await asyncio.gather(
        *(store.write(partial(number, given=n), applied.append) for n in range(1000))
    )

    assert list(range(1000)) == applied


async def test_what_was_given_before_the_close_is_committed(tmp_path: Path) -> None:
    store = Store(tmp_path / "x.db")
    for key in range(100):
        store.write(partial(add, key=key))

    await store.close()

    again = Store(tmp_path / "x.db")
    assert 100 == await again.read(count)
    await again.close()


async def test_a_caller_that_went_away_changes_nothing(store: Store) -> None:
    applied: list[int] = []

    store.write(lambda _: 1, applied.append).cancel()
    await store.write(lambda _: 2, applied.append)

    assert [1, 2] == applied


@given(st.lists(st.binary(max_size=300), max_size=5), st.lists(st.binary(max_size=300), max_size=5))
def test_pieces_of_history_put_together_are_one_request(old: list[bytes], new: list[bytes]) -> None:
    """The framing by hand is the library's own, whatever the length of an event."""
    olds = [events.event_raised(1, "old", data.hex()) for data in old]
    news = [events.event_raised(2, "new", data.hex()) for data in new]
    pieces = b"".join(past([event.SerializeToString()]) for event in olds)

    text = orchestrator_request("i", "x", pieces, [event.SerializeToString() for event in news])

    request = pb.OrchestratorRequest.FromString(base64.b64decode(text))
    assert ("i", "x") == (request.instanceId, request.executionId.value)
    assert olds == list(request.pastEvents) == events_of(pieces)
    assert news == list(request.newEvents)


async def test_timers_ring_in_the_order_they_are_due_and_never_early() -> None:
    clock, rung, done = EngineClock(), list[tuple[int, int]](), asyncio.Event()

    def deliver(message: InboxMessage) -> None:
        rung.append((message.seq, clock.now() - message.due))
        if len(rung) == 3:
            done.set()

    timers = DurableTimers(clock, deliver, lambda _: True)
    now = clock.now()
    for seq, delay_ms in ((1, 60), (2, 20), (3, 40)):
        timers.add(InboxMessage(seq, "i", "timerFired", b"", now + delay_ms * 1000, None))
    async with asyncio.timeout(5):
        await done.wait()
    timers.stop()

    assert [2, 3, 1] == [seq for seq, _ in rung]
    assert all(late >= 0 for _, late in rung)


async def test_timers_of_ended_instances_do_not_pile_up() -> None:
    clock = EngineClock()
    timers = DurableTimers(clock, lambda _: None, lambda message: message.seq % 100 == 0)
    tomorrow = clock.now() + 86_400_000_000

    for seq in range(20_000):
        timers.add(InboxMessage(seq, "i", "timerFired", b"", tomorrow, None))

    assert len(timers._heap) < 5_000
    timers.stop()
