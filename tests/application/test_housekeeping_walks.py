"""A walk in many looks: bounded, going on anywhere, recorded; and what else it comes to."""

import dataclasses
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from shared.application.start_upload import start_upload
from shared.domain.housekeeping import Finding, HousekeepingRule
from shared.domain.resolved_deployment import Location
from shared.domain.upload_batch import UploadBatch
from shared.domain.watch import GatherTask
from shared.scoring.models.model_cache import ModelCache
from shared.stores.deliveries import Deliveries
from tests.support.house import DAY, House, input_of
from tests.support.specs import CONTAINER
from tests.support.webhooks import Hooked

RULE = HousekeepingRule


def ticks(each: float) -> Iterator[float]:
    return (number * each for number in count())


def test_a_look_ends_in_time_and_the_next_one_goes_on_in_another_host(tmp_path: Path) -> None:
    """Time here is the number of questions what the time is."""
    house = House(tmp_path, part_days=1)
    for number in range(6):
        house.job(f"job-{number}")
    house.late += 2 * DAY
    expected = house.preview()
    found, looks = list[Finding](), 0
    while True:
        another = dataclasses.replace(house.keep, timer=partial(next, ticks(1)))
        looked = another(house.hub, limit_s=6, now=True)
        found, looks = found + looked.found, looks + 1
        if looked.position is None:
            break

    assert looks > 2
    assert {one.name for one in expected} == {one.name for one in found}
    assert sum(one.count for one in expected) == sum(one.count for one in found)
    (record,) = house.keep.walks.records(10)
    assert record.gone[RULE.PARTS].count == sum(one.count for one in found)


def test_a_walk_begins_once_a_day_unless_it_is_asked_for(tmp_path: Path) -> None:
    house = House(tmp_path, part_days=1)
    house.job("job-1")
    assert house.keep(house.hub, limit_s=60).position is None
    house.late += 2 * DAY - timedelta(minutes=1)
    (found,) = house.keep(house.hub, limit_s=60).found
    assert RULE.PARTS is found.rule

    house.late += DAY / 2
    assert house.keep(house.hub, limit_s=60).is_resting
    assert not house.keep(house.hub, limit_s=60, now=True).is_resting


def test_what_cannot_be_read_stays_and_the_walk_goes_on(tmp_path: Path) -> None:
    house = House(tmp_path, part_days=1)
    house.job("odd")
    house.job("job-1")
    house.blobs.write("batch-jobs", "odd/job.json", b'{"spec": 1}')
    house.late += 2 * DAY

    assert ["job-1"] == [one.name for one in house.walk()]
    assert 1 == house.keep.walks.records(1)[0].problems


def test_histories_go_by_their_age_a_day_at_a_time_and_only_ended_ones(tmp_path: Path) -> None:
    house = House(tmp_path, history_days=10)
    made = dataclasses.replace(
        house.hub._instance("score_job", "Completed"), created_at=house.now()
    )
    house.hub.instances["runs"] = dataclasses.replace(made, ended="")
    for day in range(4):
        at = house.now() + day * DAY
        house.hub.instances[f"day-{day}"] = dataclasses.replace(made, created_at=at)
    house.late += 11.5 * DAY

    found = [one for one in house.walk() if one.rule is RULE.HISTORIES]

    assert 2 == sum(one.count for one in found)
    assert {"runs", "day-2", "day-3"} == set(house.hub.instances)
    house.late += 2 * DAY
    house.walk()
    assert {"runs"} == set(house.hub.instances)


def test_a_job_that_was_terminated_has_its_end_before_its_history_goes(tmp_path: Path) -> None:
    house = House(tmp_path, history_days=10)
    spec = house.job("done")
    house.services.jobs.create(spec.model_copy(update={"name": "cut", "child": "c"}))
    made = house.hub._instance("score_job", "Terminated")
    house.hub.instances["cut"] = dataclasses.replace(made, created_at=house.now())
    house.late += 11 * DAY

    house.walk()

    assert "cut" not in house.hub.instances
    state = house.services.jobs.get("cut").state
    assert "terminated by the Durable API" in state.reason


def test_the_job_of_the_last_batch_of_uploads_stays_and_no_batch_is_scored_twice(
    tmp_path: Path,
) -> None:
    house = House(tmp_path, job_days=10)
    records, task = (
        house.services.upload_records,
        GatherTask(endpoint="endpoint", watch="inbox", incarnation="i"),
    )
    for number in range(2):
        batch = UploadBatch(number=number, accepted_at=house.now(), files=[])
        records._documents.create(records.location(task, number).path, batch.to_wire())
        manifest = {"manifest": records.location(task, number)}
        house.job(f"batch-{number}", input=input_of("in").model_copy(update=manifest))
    house.late += 11 * DAY

    house.walk()

    assert not house.names("batch-0/")
    assert house.names("batch-1/receipt.json")


def test_started_uploads_that_nobody_used_go_and_used_ones_stay(tmp_path: Path) -> None:
    house = House(tmp_path)
    services = house.services
    started = [
        start_upload(services.uploads, services.datastores, services.signer, "code").container
        for _ in range(2)
    ]
    for container in started:
        house.blobs.write(container, "score.py", b"1")
    services.uploads.claim(started[0])
    house.late += 3 * DAY

    (found,) = house.walk()

    assert (RULE.STARTED_UPLOADS, started[1]) == (found.rule, found.name)
    assert [True, False] == [house.blobs.container_exists(one) for one in started]
    house.services.settings.__dict__["upload_days"] = 2
    assert [started[0]] == [one.name.rstrip("/") for one in house.walk()]
    assert not house.blobs.container_exists(started[0])


def test_a_dry_run_counts_deliveries_as_they_would_go(tmp_path: Path) -> None:
    hooked = Hooked(tmp_path)
    hooked.put("cellar", "http://127.0.0.1:9009/x")
    hooked.job("job-1")
    hooked.end("job-1")
    hooked.announce.end("job-1", hooked.hub)
    forget = dataclasses.replace(hooked.services.callbacks.forget, clock=hooked.now)
    hooked.late += 40 * DAY
    names = [f"deliveries/{one.target.path}/{one.id}.json" for one in hooked.deliveries()]
    assert isinstance(forget.deliveries, Deliveries)

    due = [name for name in names if forget.is_due(name, hooked.now())]

    assert len(due) == forget() == len(names)


def test_models_leave_the_disk_unused_and_those_in_use_stay(tmp_path: Path) -> None:
    house = House(tmp_path / "house")
    week, folder = timedelta(days=7), tmp_path / "models"
    house.blobs.write(CONTAINER, "models/n/MLmodel", b"flavors: {}")
    with ThreadPoolExecutor(2) as threads:
        cache = ModelCache(house.blobs, folder, threads, week)
        used, unused = (
            cache.fetch(Location(container=CONTAINER, path=f"models/{name}")) for name in "mn"
        )
        half = folder / "half.0123"
        half.mkdir()
        for home in (unused.parent.parent, used.parent.parent, half):
            os.utime(home, (time.time() - 8 * 24 * 3600,) * 2)
        cache.fetch(Location(container=CONTAINER, path="models/m"))

        assert {unused.parent.parent, half} == set(cache.sweep())
        assert (used.exists(), unused.exists()) == (True, False)
        assert cache.fetch(Location(container=CONTAINER, path="models/n")).exists()
        assert [] == cache.sweep()


@pytest.mark.parametrize("days", [0, 30])
def test_an_entry_without_a_job_is_forgotten_once_nobody_can_be_about_to_write_it(
    tmp_path: Path, days: int
) -> None:
    house = House(tmp_path, part_days=days)
    spec = house.job("job-1")
    house.services.jobs.discard("job-1")
    assert house.names("time/", "batch-index")
    house.walk()
    assert house.names("time/", "batch-index")

    house.late += 3 * DAY
    house.walk()
    assert [] == house.names("time/", "batch-index")
    assert "job-1" == spec.name
