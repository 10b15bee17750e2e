"""Whether a job is suspended: the task hub is asked once a second, whatever it answers."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Never

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import ServiceUnavailable
from shared.domain.message import JSON
from shared.ports import Instance
from shared.stores.job_signals import JobSignals

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
RUNNING = Instance("", "Running", None, None, "", "score_job", NOON, NOON)


@dataclass
class Hub:
    """A task hub with one job, or one that does not answer."""

    status: str = "Running"
    is_silent: bool = False
    asked: list[str] = field(default_factory=list[str])

    def find(self, instance: str) -> Instance | None:
        self.asked.append(instance)
        if self.is_silent:
            raise ServiceUnavailable("No answer.", fix="Ask again.")
        return replace(RUNNING, runtime_status=self.status) if self.status else None

    def start(self, orchestrator: str, instance: str, payload: JSON) -> Never:
        raise AssertionError((orchestrator, instance, payload))

    def resume(self, instance: str, reason: str) -> Never:
        raise AssertionError((instance, reason))

    def management_urls(self, instance: str) -> Never:
        raise AssertionError(instance)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_is_asked_once_a_second_and_heard_both_ways() -> None:
    clock, hub = Clock(), Hub()
    signals = JobSignals(MemoryBlobs(), clock)

    heard = [signals.is_suspended("job", hub) for _ in range(5)]
    hub.status = "Suspended"
    heard.append(signals.is_suspended("job", hub))
    clock.now += 1
    heard.append(signals.is_suspended("job", hub))
    hub.status = "Running"
    clock.now += 1
    heard.append(signals.is_suspended("job", hub))

    assert [False] * 6 + [True, False] == heard
    assert ["job"] * 3 == hub.asked


def test_a_hub_that_does_not_answer_changes_nothing() -> None:
    clock, hub = Clock(), Hub(status="Suspended")
    signals = JobSignals(MemoryBlobs(), clock)
    assert signals.is_suspended("job", hub)

    hub.is_silent = True
    clock.now += 1

    assert signals.is_suspended("job", hub)
    assert not signals.is_suspended("another", hub)


def test_a_job_without_an_orchestration_is_not_suspended() -> None:
    assert not JobSignals(MemoryBlobs()).is_suspended("job", Hub(status=""))
