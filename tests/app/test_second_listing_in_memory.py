"""The listing that confirms a plan: beside the first one, over when that is, believed no more."""

import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from threading import Event

import pytest

from activities.plan_job import plan
from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import ServiceUnavailable
from shared.domain.job import JobState, JobStatus
from shared.domain.plan import Plan
from shared.domain.selection import Selection
from shared.domain.task import PlanTask
from shared.ports import BlobItem
from shared.services import Services
from tests.support.doubler import MODEL_FILES
from tests.support.services_in_memory import services_in_memory, upload
from tests.support.specs import CONTAINER, a_spec

FILES = 9
PATIENCE_S = 30

type Names = Iterator[str]
type Tampered = Callable[[list[str]], list[str]]


class Told(MemoryBlobs):
    """Notes when its two listings of the input begin and end."""

    def __init__(self) -> None:
        super().__init__()
        self.told = list[str]()
        self.named = Event()

    def list_blobs(self, container: str, prefix: str = "") -> Iterator[BlobItem]:
        if prefix == "in/":
            self.told.append("first")
        yield from super().list_blobs(container, prefix)
        if prefix == "in/":
            self.told.append("first ended")

    def list_names(
        self, container: str, prefix: str = "", start_after: str = "", *, at_once: int = 0
    ) -> Names:
        names = super().list_names(container, prefix, start_after, at_once=at_once)
        if prefix != "in/":
            yield from names
            return
        self.told.append("second")
        self.named.set()
        try:
            yield from self.second(names)
        finally:
            self.told.append("second ended")

    def second(self, names: Names) -> Names:
        return names


class Beside(Told):
    """Its first listing goes on only when the second one has begun."""

    def list_blobs(self, container: str, prefix: str = "") -> Iterator[BlobItem]:
        for item in super().list_blobs(container, prefix):
            assert prefix != "in/" or self.named.wait(PATIENCE_S)
            yield item
            self.goes_on()

    def goes_on(self) -> None:
        """What happens while the input is listed."""


class Endless(Beside):
    """Its second listing has no end, its first one a bad one; or the job is canceled meanwhile."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__()
        self.happens = happens

    def second(self, names: Names) -> Names:
        yield from names
        yield from (f"in/{number}" for number in count())

    def goes_on(self) -> None:
        self.happens()


class Tampering(Told):
    """Its second listings go wrong, one after the other."""

    def __init__(self, *faults: Tampered) -> None:
        super().__init__()
        self.faults = list(faults)

    def second(self, names: Names) -> Names:
        return iter(self.faults.pop(0)(list(names)) if self.faults else list(names))


LOST: Tampered = lambda names: names[:3] + names[6:]  # noqa: E731
TWICE: Tampered = lambda names: names[:6] + names[:6] + names[6:]  # noqa: E731
ONCE = ["first", "first ended", "second", "second ended"]


def fail(*_: list[str]) -> list[str]:
    raise ServiceUnavailable("The store rests.", fix="Try again.")


def made(scratch: Path, blobs: MemoryBlobs, selection: Selection | None = None) -> Services:
    services, _, _ = services_in_memory(scratch, blobs)
    upload(blobs, [str(index) for index in range(FILES)])
    services.jobs.create(a_spec(selection=selection or Selection()))
    return services


def planned(services: Services) -> Plan:
    return plan(PlanTask(job="job-1"), services).plan


def threads_that_list() -> list[str]:
    names = (thread.name for thread in threading.enumerate())
    return [name for name in names if name.startswith("second-listing")]


def test_the_two_listings_of_a_plan_go_side_by_side(tmp_path: Path) -> None:
    """The first one waits here for the second one to begin: neither could end alone."""
    services = made(tmp_path, Beside())

    found = planned(services)

    assert (FILES, True) == (found.files, found.is_confirmed)
    assert [] == threads_that_list()


@pytest.mark.parametrize("fault", [LOST, TWICE])
def test_a_second_listing_that_differs_has_the_plan_made_again(
    tmp_path: Path, fault: Tampered
) -> None:
    """And then one listing follows the other."""
    blobs = Tampering(fault)
    found = planned(made(tmp_path, blobs))

    assert (FILES, True) == (found.files, found.is_confirmed)
    assert ONCE == blobs.told[4:]


def test_a_plan_that_no_second_listing_agrees_with_is_not_confirmed(tmp_path: Path) -> None:
    """Three plans, as ever."""
    blobs = Tampering(*[LOST] * 3)
    found = planned(made(tmp_path, blobs))

    assert (FILES, False) == (found.files, found.is_confirmed)
    assert (3, 3) == (blobs.told.count("first"), blobs.told.count("second"))
    assert ONCE * 2 == blobs.told[4:]


def test_a_second_listing_that_fails_is_an_error_that_is_tried_again(tmp_path: Path) -> None:
    services = made(tmp_path, Tampering(fail))

    with pytest.raises(ServiceUnavailable, match="The store rests"):
        planned(services)

    assert planned(services).is_confirmed


def test_the_second_listing_ends_when_the_first_one_fails(tmp_path: Path) -> None:
    """It would go on for ever here."""
    blobs = Endless(fail)
    services = made(tmp_path, blobs)

    with pytest.raises(ServiceUnavailable, match="The store rests"):
        planned(services)

    assert ("second ended", []) == (blobs.told[-1], threads_that_list())


def test_the_second_listing_ends_when_the_job_is_canceled(tmp_path: Path) -> None:
    blobs = Endless(lambda: services.signals.stop("job-1"))
    services = made(tmp_path, blobs)

    assert planned(services).is_canceled

    assert ("second ended", []) == (blobs.told[-1], threads_that_list())


@pytest.mark.parametrize(
    "selection", [Selection(changed_since="earlier"), Selection(split="rows")], ids=str
)
def test_what_is_read_between_the_names_is_confirmed_after_them(
    tmp_path: Path, selection: Selection
) -> None:
    """It may take long, and files may come meanwhile."""
    blobs = Told()
    services = made(tmp_path, blobs, selection)
    blobs.write(CONTAINER, "models/m/MLmodel", MODEL_FILES["MLmodel"])
    earlier = a_spec("earlier")
    services.jobs.create(earlier)
    services.jobs.advance(earlier, JobState(status=JobStatus.COMPLETED))

    found = planned(services)

    assert found.is_confirmed, found.problem
    assert ONCE == blobs.told
