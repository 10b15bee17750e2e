"""Rows of bundles that are readable before their part stands: written late, or never."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import ServiceUnavailable
from shared.domain.job import Job, JobState, JobStatus
from shared.domain.minibatch import Span
from shared.domain.outcome import Segment
from shared.stores.bundle_rows import BundleRows, rows_of
from shared.stores.jobs import CONTAINER
from tests.support.specs import a_spec
from tests.support.waiting import wait_until

SOON_S, PART = 0.3, "job-1/parts/000000"

type Made = Callable[..., BundleRows]


@pytest.fixture
def made(blobs: MemoryBlobs) -> Iterator[Made]:
    with ThreadPoolExecutor(2) as workers:

        def make(
            status: JobStatus | None = JobStatus.RUNNING, after_s: float = SOON_S
        ) -> BundleRows:
            job = None if status is None else Job(spec=a_spec(), state=JobState(status=status))
            return BundleRows(blobs, workers, lambda _: job, after_s=after_s)

        yield make


def segment(first: int, text: bytes) -> Segment:
    span = Span(first=first, stop=first + 1)
    return Segment(span=span, rows=1, bytes=len(text), sha256=f"{first:064d}", blocks=1)


def hold(rows: BundleRows, first: int, *blocks: bytes) -> Segment:
    """As a bundle is staged: every block passes."""
    one = segment(first, b"".join(blocks))
    assert list(blocks) == list(rows.passing("job-1", 0, one, PART, blocks))
    return one


def content(blobs: MemoryBlobs, one: Segment) -> bytes:
    return blobs.read(CONTAINER, rows_of("job-1", 0, one).path).data


def written(blobs: MemoryBlobs) -> list[str]:
    return list(blobs.list_names(CONTAINER, "job-1/rows/"))


@pytest.mark.parametrize("size", [1, 2 << 20])
def test_rows_are_readable_after_a_while_in_the_order_of_their_staging(
    made: Made, blobs: MemoryBlobs, size: int
) -> None:
    rows = made()
    began = time.monotonic()
    first, second = hold(rows, 0, b"a" * size, b"b"), hold(rows, 1, b"c")
    assert written(blobs) == []

    wait_until(lambda: len(written(blobs)) == 2)

    assert SOON_S <= time.monotonic() - began
    assert b"a" * size + b"b" == content(blobs, first)
    assert b"c" == content(blobs, second)
    assert {rows_of("job-1", 0, one).path for one in (first, second)} == rows.written("job-1", 0)
    third = hold(rows, 2, b"d")  # its writer had ended
    wait_until(lambda: len(written(blobs)) == 3)
    assert b"d" == content(blobs, third)


def test_of_a_shard_that_is_closed_before_nothing_is_written(
    made: Made, blobs: MemoryBlobs
) -> None:
    rows = made()
    closed = [hold(rows, 0, b"a"), hold(rows, 1, b"b")]

    rows.forget("job-1", 0, closed)

    time.sleep(2 * SOON_S)
    assert written(blobs) == []


def test_what_another_process_closed_is_not_written(made: Made, blobs: MemoryBlobs) -> None:
    rows = made()
    hold(rows, 0, b"a")
    blobs.write(CONTAINER, PART, b"a")

    time.sleep(2 * SOON_S)

    assert written(blobs) == []


@pytest.mark.parametrize("status", [None, JobStatus.CANCELED, JobStatus.FAILED])
def test_of_a_job_that_is_over_or_gone_nothing_is_written(
    made: Made, blobs: MemoryBlobs, status: JobStatus | None
) -> None:
    hold(made(status), 0, b"a")

    time.sleep(2 * SOON_S)

    assert written(blobs) == []


def test_what_was_written_goes_when_the_part_stands(made: Made, blobs: MemoryBlobs) -> None:
    rows = made(after_s=0)
    mine, empty = hold(rows, 0, b"a"), segment(1, b"")
    assert [rows_of("job-1", 0, mine).path] == written(blobs)

    rows.forget("job-1", 0, [mine, empty])

    wait_until(lambda: not written(blobs))


def test_a_shard_goes_on_waiting_when_another_one_is_closed(made: Made, blobs: MemoryBlobs) -> None:
    rows = made()
    mine = hold(rows, 0, b"a")

    rows.forget("job-1", 1, [segment(200, b"x")])

    wait_until(lambda: written(blobs) != [])
    assert b"a" == content(blobs, mine)


def test_a_bundle_that_was_not_staged_to_its_end_is_not_readable(
    made: Made, blobs: MemoryBlobs
) -> None:
    """The store failed amid it: the bundle is done again."""
    passing = made(after_s=0).passing("job-1", 0, segment(0, b"ab"), PART, [b"a", b"b"])
    assert b"a" == next(passing)

    del passing

    assert written(blobs) == []


def test_a_store_that_refuses_costs_the_early_look_alone(
    made: Made,
    blobs: MemoryBlobs,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    rows, asked = made(), Event()
    write = blobs.write

    def refuse(*_: object, **__: object) -> str:
        asked.set()
        raise ServiceUnavailable("The store does not answer.", fix="Wait.")

    monkeypatch.setattr(blobs, "write", refuse)
    with caplog.at_level(logging.WARNING):
        hold(rows, 0, b"a")
        assert asked.wait(30)
        wait_until(lambda: "cannot be read before its end" in caplog.text)
    monkeypatch.setattr(blobs, "write", write)

    second = hold(rows, 1, b"b")

    wait_until(lambda: written(blobs) != [])
    assert [rows_of("job-1", 0, second).path] == written(blobs)
