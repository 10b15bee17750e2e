"""The watch: failures count once, a stop reaches everybody, and the store is rarely asked."""

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.minibatch import Span
from shared.stores.job_signals import LOOK_EVERY_S, JobSignals
from tests.support.specs import a_spec

OWN = Span(first=0, stop=5)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Counting(MemoryBlobs):
    looks = 0

    def exists(self, container: str, name: str) -> bool:
        self.looks += 1
        return super().exists(container, name)


def test_a_minibatch_counts_once_however_often_it_is_reported(blobs: MemoryBlobs) -> None:
    watch, spec = JobSignals(blobs, Clock()), a_spec(error_threshold=2)
    for _ in range(3):
        watch.record("job-1", 7, 2)

    assert not watch.is_spent(spec, 0, OWN, is_alone=False)
    watch.record("job-1", 8, 1)
    assert watch.is_spent(spec, 0, OWN, is_alone=False)


def test_what_did_not_come_through_is_taken_back(blobs: MemoryBlobs) -> None:
    watch, spec = JobSignals(blobs, Clock()), a_spec(error_threshold=0)
    watch.record("job-1", 3, 1)
    watch.forget("job-1", Span(first=0, stop=5))

    assert not watch.is_spent(spec, 0, OWN, is_alone=False)


def test_a_bundle_alone_heeds_its_own_and_what_came_in(blobs: MemoryBlobs) -> None:
    """What another bundle told is no verdict: it may have been lost with it."""
    watch, spec = JobSignals(blobs, Clock()), a_spec(error_threshold=1)
    watch.record("job-1", 50, 2)
    assert watch.is_spent(spec, 0, OWN, is_alone=False)
    assert not watch.is_spent(spec, 1, OWN, is_alone=True)

    watch.record("job-1", 3, 1)

    assert watch.is_spent(spec, 1, OWN, is_alone=True)


def test_the_orchestrators_count_counts_too(blobs: MemoryBlobs) -> None:
    assert JobSignals(blobs, Clock()).is_spent(a_spec(error_threshold=0), 1, OWN, is_alone=False)


def test_a_stop_reaches_other_processes_within_a_second(blobs: MemoryBlobs) -> None:
    clock = Clock()
    here, there = JobSignals(blobs, clock), JobSignals(blobs, clock)
    assert not there.is_stopped("job-1")

    here.stop("job-1")

    clock.now += LOOK_EVERY_S
    assert there.is_stopped("job-1")


def test_the_store_is_asked_once_a_second() -> None:
    blobs, clock = Counting(), Clock()
    blobs.ensure_container("batch-jobs")
    watch = JobSignals(blobs, clock)
    for _ in range(100):
        watch.is_stopped("job-1")

    assert 1 == blobs.looks
