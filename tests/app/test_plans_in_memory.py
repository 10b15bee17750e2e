"""Listings that lose a page, or see the input change: the plan is made again, or says so."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from activities.plan_job import plan
from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import ServiceUnavailable
from shared.domain.job import JobStatus
from shared.domain.task import PlanTask
from shared.ports import BlobItem
from tests.app.job_results import predictions, receipt
from tests.support.services_in_memory import run_job, services_in_memory, upload
from tests.support.specs import a_spec

type Fault = Callable[[list[BlobItem]], list[BlobItem]]
LOST: Fault = lambda items: items[:3] + items[6:]  # noqa: E731
TWICE: Fault = lambda items: items[:6] + items[:6]  # noqa: E731
PATIENCE_S = 30


class Unsteady(MemoryBlobs):
    """Its first listings of the input go wrong, one fault each."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = list(faults)

    def list_blobs(self, container: str, prefix: str = "") -> Iterator[BlobItem]:
        items = list(super().list_blobs(container, prefix))
        if self.faults and prefix == "in/":
            items = self.faults.pop(0)(items)
        yield from items


class Growing(MemoryBlobs):
    """Somebody uploads a file after each of the first listings of the input.

    The second listing, beside the first one, is at the same place when that happens.
    """

    def __init__(self, uploads: int) -> None:
        super().__init__()
        self.uploads = uploads
        self.has_grown = Event()

    def list_blobs(self, container: str, prefix: str = "") -> Iterator[BlobItem]:
        yield from super().list_blobs(container, prefix)
        if prefix == "in/" and self.uploads:
            self.uploads -= 1
            self.write(container, f"in/new-{self.uploads}.csv", b"n")
            self.has_grown.set()

    def list_names(
        self, container: str, prefix: str = "", start_after: str = "", *, at_once: int = 0
    ) -> Iterator[str]:
        if prefix == "in/":
            assert self.has_grown.wait(PATIENCE_S)
        yield from super().list_names(container, prefix, start_after, at_once=at_once)


ROWS = [f"0,{index},f{index:04d}.csv" for index in range(9)]


def test_a_page_that_was_lost_is_missed_by_the_second_listing(tmp_path: Path) -> None:
    services, blobs, _ = services_in_memory(tmp_path, Unsteady(LOST))
    upload(blobs, [str(index) for index in range(9)])

    assert "Completed" == run_job(a_spec(mini_batch_size=2), services)["status"]

    assert ROWS == predictions(blobs)
    assert ("proven", True) == (receipt(blobs)["verdict"], receipt(blobs)["plan"]["is_confirmed"])


def test_a_page_that_came_twice_is_an_error_that_is_tried_again(tmp_path: Path) -> None:
    services, blobs, _ = services_in_memory(tmp_path, Unsteady(TWICE))
    upload(blobs, [str(index) for index in range(9)])
    spec = a_spec(mini_batch_size=2)
    services.jobs.create(spec)

    with pytest.raises(ServiceUnavailable, match=r"'in/f0000.csv' came after 'in/f0005.csv'"):
        plan(PlanTask(job=spec.name), services)
    planned = plan(PlanTask(job=spec.name), services).plan

    assert (9, True) == (planned.files, planned.is_confirmed)


def test_an_input_that_grew_while_it_was_listed_is_planned_as_it_is_then(tmp_path: Path) -> None:
    services, blobs, _ = services_in_memory(tmp_path, Growing(uploads=1))
    upload(blobs, [str(index) for index in range(9)])

    run_job(a_spec(mini_batch_size=2), services)

    assert [*ROWS, "0,n,new-0.csv"] == predictions(blobs)
    assert "proven" == receipt(blobs)["verdict"]


def test_an_input_that_never_rests_is_scored_and_not_called_proven(tmp_path: Path) -> None:
    services, blobs, _ = services_in_memory(tmp_path, Growing(uploads=1000))
    upload(blobs, [str(index) for index in range(9)])

    run_job(a_spec(mini_batch_size=2), services)

    proof = receipt(blobs)
    assert JobStatus.COMPLETED == proof["status"]
    assert ("incomplete", False) == (proof["verdict"], proof["plan"]["is_confirmed"])
    assert ROWS == predictions(blobs)[:9]
    assert proof["files"]["planned"] == proof["files"]["scored"] == len(predictions(blobs))


class Unlistable(MemoryBlobs):
    """The store does not list the input."""

    def list_blobs(self, container: str, prefix: str = "") -> Iterator[BlobItem]:
        if prefix == "in/":
            raise ServiceUnavailable("The store rests.", fix="Try again.")
        return super().list_blobs(container, prefix)


def test_a_scorer_is_begun_once_and_before_the_input_is_listed(tmp_path: Path) -> None:
    services, blobs, _ = services_in_memory(tmp_path)
    upload(blobs, ["1"] * 250)
    run_job(a_spec(mini_batch_size=1, max_concurrency_per_instance=3), services)
    resting, _, _ = services_in_memory(tmp_path, Unlistable())
    resting.jobs.create(a_spec())

    with pytest.raises(ServiceUnavailable):
        plan(PlanTask(job="job-1"), resting)

    warmed: Any = services.scorers
    begun: Any = resting.scorers
    assert ([3], [1]) == (warmed.warmed, begun.warmed)
