"""The log of deliveries ends: what is old goes, with the secrets that nothing can use any more."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from shared.application import forget_deliveries
from shared.application.find_webhook import target_of_job
from shared.domain.delivery import DeliveryTarget
from shared.domain.job import JobStatus
from shared.domain.webhook import JobEventKind, Receiver, new_secret
from tests.support.receiver import Answer, receiving
from tests.support.webhooks import Hooked

DAY = timedelta(days=1)


@pytest.fixture
def hooked(tmp_path: Path) -> Hooked:
    return Hooked(tmp_path, webhook_retry_s=(5, 300))


def forget(hooked: Hooked) -> int:
    return dataclasses.replace(hooked.services.callbacks.forget, clock=hooked.now)()


def own_webhook(hooked: Hooked, url: str, name: str = "job-1") -> DeliveryTarget:
    """A job that ended, whose invocation brought a webhook."""
    job = hooked.job(name, webhook=f"key-of-{name}")
    target = target_of_job(job.spec)
    told = Receiver(url=url, secret=new_secret(), events=(JobEventKind.COMPLETED,), is_made=True)
    hooked.services.callbacks.receivers.put(target, told)
    hooked.end(name, JobStatus.COMPLETED)
    return target


def has_secret(hooked: Hooked, target: DeliveryTarget) -> bool:
    return hooked.services.callbacks.receivers.find(target) is not None


@pytest.mark.parametrize("status", [200, 500, 410])
def test_a_delivery_and_its_jobs_secret_go_thirty_days_after_its_end(
    hooked: Hooked, status: int
) -> None:
    """Whether it was delivered, given up or dropped."""
    with receiving(Answer(status)) as server:
        target = own_webhook(hooked, server.url)
        hooked.announce.end("job-1", hooked.hub)
        hooked.play_all()
    assert 1 == len(hooked.deliveries())

    hooked.late += 29 * DAY
    assert 0 == forget(hooked)
    assert has_secret(hooked, target), "it may be delivered again"

    hooked.late += 2 * DAY
    assert 2 == forget(hooked)
    assert [] == hooked.deliveries()
    assert not has_secret(hooked, target)


def test_what_is_delivered_again_is_kept_from_then_on(hooked: Hooked) -> None:
    with receiving(Answer(200)) as server:
        target = own_webhook(hooked, server.url)
        hooked.announce.end("job-1", hooked.hub)
        hooked.play_all()
        hooked.late += 30 * DAY
        (delivery,) = hooked.deliveries()
        hooked.deliver.again(target, delivery.id, hooked.hub)
        hooked.late += 2 * DAY
        assert 0 == forget(hooked), "it is under way"
        hooked.play_all()
    hooked.late += 29 * DAY

    assert 0 == forget(hooked)
    assert 2 == len(hooked.deliveries()[0].attempts)
    assert has_secret(hooked, target)


def test_the_secret_of_a_job_that_runs_or_is_not_told_of_yet_stays(hooked: Hooked) -> None:
    running = hooked.job("long", webhook="key-of-long")
    target = target_of_job(running.spec)
    told = Receiver(url="http://127.0.0.1:9009/x", secret=new_secret(), events=(), is_made=True)
    hooked.services.callbacks.receivers.put(target, told)
    untold = own_webhook(hooked, "http://127.0.0.1:9009/x")

    hooked.late += 40 * DAY

    assert 0 == forget(hooked)
    assert has_secret(hooked, target)
    assert has_secret(hooked, untold)


def test_a_walk_looks_at_some_at_a_time_goes_on_in_another_host_and_rests_for_a_day(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget_deliveries, "PER_CALL", 2)
    hooked.put("cellar", "http://127.0.0.1:9009/x")
    hooked.put("other", "http://127.0.0.1:9009/x")
    for number in range(3):
        hooked.job(f"job-{number}", JobStatus.COMPLETED)
        hooked.announce.end(f"job-{number}", hooked.hub)
    for delivery in hooked.deliveries():
        hooked.services.callbacks.deliveries.change(
            delivery.target, delivery.id, lambda old: old.dropped("so it was")
        )
    hooked.late += 31 * DAY

    assert [2, 2, 2, 0] == [forget(hooked) for _ in range(4)]
    assert [] == hooked.deliveries()
    hooked.job("job-9", JobStatus.COMPLETED)
    hooked.announce.end("job-9", hooked.hub)
    assert 2 == len(hooked.deliveries()), "webhooks themselves stay"


def test_what_cannot_be_read_does_not_stop_the_walk(hooked: Hooked) -> None:
    event = "8204059068501-7-fa35e13ea870febe6d10"
    for name in (f"topic/{event}", "topic/odd", "webhook/wine/x/y/odd"):
        hooked.blobs.write("batch-registry", f"deliveries/{name}.json", b"{}")
    target = own_webhook(hooked, "http://127.0.0.1:9009/x")
    hooked.announce.announcements.remove("job-1")
    hooked.late += 9999 * DAY

    assert 1 == forget(hooked)
    assert not has_secret(hooked, target)


def test_a_delivery_that_nobody_attempts_goes_later_than_one_that_is_over(hooked: Hooked) -> None:
    """Its orchestration was ended by the Durable API, say."""
    hooked.put("cellar", "http://127.0.0.1:9009/x")
    hooked.job("job-1", JobStatus.COMPLETED)
    hooked.announce.end("job-1", hooked.hub)

    hooked.late += 32 * DAY
    assert 0 == forget(hooked)
    hooked.late += 2 * DAY
    assert 1 == forget(hooked)
