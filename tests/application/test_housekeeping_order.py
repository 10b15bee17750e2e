"""What refers goes before what it refers to: in any house, and whenever housekeeping is killed."""

import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.asset import AssetId, Data
from shared.domain.caller import Author
from shared.domain.job import Job
from shared.housekeeping import keep_house
from tests.support.faulty_blobs import FaultyBlobs, Killed
from tests.support.house import DAY, FOREVER_S, REMOVED, House
from tests.support.specs import CONTAINER

# Of each job: how many days after the one before it came, and which of those before it is scored.
HOUSES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5)), min_size=1, max_size=6)
RULES = st.fixed_dictionaries(
    {
        "job_days": st.sampled_from([0, 1, 20, 60]),
        "jobs_kept": st.sampled_from([0, 1, 3]),
        "part_days": st.sampled_from([0, 1, 30]),
        "log_days": st.sampled_from([0, 10]),
        "history_days": st.sampled_from([0, 15]),
        "upload_days": st.sampled_from([0, 5]),
        "predictions_of_removed_jobs": st.sampled_from(["kept", REMOVED]),
    }
)


def check_nothing_points_to_nothing(house: House) -> None:
    """Of each job that is there: the receipt, all that it names, and what was registered."""
    for document in house.names():
        if not document.endswith("/job.json"):
            continue
        job = Job.from_wire(json.loads(house.blobs.read("batch-jobs", document).data))
        if job.cleared.jobs is None:
            check_receipt(house, job)
            check_listed(house, job)
    for name in house.names("data/", "batch-registry"):
        uri = json.loads(house.blobs.read("batch-registry", name).data)["resource"]["uri"]
        path = uri.partition("/paths/")[2]
        assert house.names(path, CONTAINER), f"{name} points to nothing"


def check_receipt(house: House, job: Job) -> None:
    receipt = house.blobs.read("batch-jobs", f"{job.spec.name}/receipt.json").data
    told = json.loads(receipt)
    folder = job.spec.output.location.path.rpartition("/")[0]
    for file in told["output"]["files"]:
        assert house.blobs.exists(CONTAINER, f"{folder}/{file['path']}"), job.spec.name
    source = told["input_uri"].partition("/paths/")[2]
    assert house.names(f"{source}/", CONTAINER), f"the input of {job.spec.name} is gone"
    plan = f"{job.spec.name}/plan/{job.state.plan.key if job.state.plan else ''}"
    assert house.names(plan), "its digest proves the plan"
    if job.cleared.parts is None:
        assert house.names(f"{job.spec.name}/parts/"), "whoever goes on needs them"
    assert house.blobs.exists("batch-jobs", f"{job.spec.name}/errors.jsonl")


def check_listed(house: House, job: Job) -> None:
    listed, _ = house.services.jobs.page("time", after="", size=100, is_wanted=lambda _: True)
    assert job.spec.name in {one.spec.name for one in listed}


def filled(house: House, jobs: list[tuple[int, int]]) -> None:
    """Jobs that score the upload, a registered one, or predictions of those before them."""
    for folder in ("named", "unnamed", "scored"):
        house.blobs.write(CONTAINER, f"LocalUpload/{folder}/data/f.csv", b"1")
    asset = AssetId(name="d", version="1")
    uri = "azureml://datastores/workspaceblobstore/paths/LocalUpload/named/data"
    house.services.registry.data.save(
        Data(id=asset, uri=uri), "d", "1", by=SOMEBODY, merge=lambda old, _: old
    )
    for number, (days, source) in enumerate(jobs):
        house.late += days * DAY
        before = f"out/job-{source}" if source < number else "LocalUpload/scored/data"
        house.job(f"job-{number}", before)


SOMEBODY = Author(name="somebody")


@given(jobs=HOUSES, rules=RULES, rest=st.integers(0, 70))
@settings(max_examples=25, deadline=None)
def test_nothing_that_a_kept_receipt_names_goes_before_it(
    jobs: list[tuple[int, int]], rules: dict[str, Any], rest: int
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        house = House(Path(scratch), **rules)
        filled(house, jobs)
        house.late += rest * DAY

        previewed = house.preview()
        check_nothing_points_to_nothing(house)
        assert previewed == house.walk(), "a dry run finds what goes"

        check_nothing_points_to_nothing(house)
        house.walk()
        check_nothing_points_to_nothing(house)
        assert house.names("LocalUpload/named/", CONTAINER)


class Deadly(FaultyBlobs):
    """Once a write has died, so do all others: nothing is tidied up."""

    is_dead = False

    def kill(self) -> None:
        self.is_dead = True
        raise Killed

    def _count(self) -> None:
        if self.is_dead:
            raise Killed
        super()._count()


def old_house(tmp_path: Path, blobs: FaultyBlobs) -> House:
    house = House(
        tmp_path,
        blobs,
        job_days=90,
        part_days=30,
        log_days=30,
        history_days=30,
        upload_days=30,
        predictions_of_removed_jobs=REMOVED,
    )
    filled(house, [(0, 9), (0, 9), (60, 1)])
    house.late += 40 * DAY
    return house


def deaths(tmp_path: Path) -> Iterator[tuple[int, House, bool]]:
    """The same house each time, and housekeeping that dies at its next write."""
    at = 0
    while True:
        at += 1
        blobs = Deadly()
        house = old_house(tmp_path / str(at), blobs)
        blobs.before_write(at, blobs.kill)
        with suppress(Killed):
            house.walk()
        is_over, blobs.is_dead = blobs.calm(), False
        yield at, house, is_over
        if is_over:
            return


def test_a_kill_at_any_write_leaves_nothing_that_points_to_nothing_and_is_made_up_for(
    tmp_path: Path,
) -> None:
    whole = old_house(tmp_path / "whole", FaultyBlobs())
    whole.walk()
    kept = whole.content()
    for at, house, is_over in deaths(tmp_path):
        check_nothing_points_to_nothing(house)
        house.late += DAY / 100  # the walk is held by the dead
        house.walk()
        house.late += 2 * DAY
        house.walk()
        assert without_keys(kept) == without_keys(house.content()), f"killed at write {at}"
        if is_over:
            assert at > 30
            return


def without_keys(content: dict[str, list[str]]) -> dict[str, list[str]]:
    """A plan's key, an index entry's time and a node's name are others in each house."""
    shown: dict[str, list[str]] = {}
    for container, names in content.items():
        kinds = [name.split("/") for name in names]
        shown[container] = sorted("/".join(parts[:2]) for parts in kinds if len(parts) > 1)
    shown["batch-index"] = sorted(name.rpartition("_")[2] for name in content["batch-index"])
    return shown


def test_two_hosts_that_keep_house_at_once_do_no_harm(tmp_path: Path) -> None:
    """Also when both believe that they have the walk."""
    house = old_house(tmp_path, FaultyBlobs())
    other = House(tmp_path / "other", house.blobs)
    other.services.settings.__dict__.update(house.services.settings.__dict__)
    other.late = house.late
    looks = [one.keep.dry(one.hub, None, limit_s=FOREVER_S) for one in (house, other)]
    assert looks[0].found == looks[1].found

    def keep(one: House) -> None:
        keeping = one.keep
        position = keeping._begin(one.now())
        keeping._look(position, one.hub, None, FOREVER_S, is_dry=False)

    with ThreadPoolExecutor(2) as hosts:
        list(hosts.map(keep, (house, other)))

    check_nothing_points_to_nothing(house)
    assert [] == house.walk()


def test_one_host_has_the_walk_and_the_other_waits(tmp_path: Path) -> None:
    house = House(tmp_path, part_days=1)
    house.job("job-1")
    house.late += 2 * DAY
    walks = keep_house(house.services).walks
    assert walks.hold("other", house.now())

    assert house.keep(house.hub, limit_s=1, now=True).is_busy
    assert house.names("job-1/parts/")

    house.late += DAY / 100
    assert not house.keep(house.hub, limit_s=1, now=True).is_busy, "the other is dead"
    assert not house.names("job-1/parts/")


def test_a_scored_upload_outlives_the_jobs_that_name_it(tmp_path: Path) -> None:
    house = House(tmp_path, job_days=90, upload_days=10)
    filled(house, [(0, 9)])
    house.late += 30 * DAY
    house.walk()
    uploads = {name.split("/")[1] for name in house.names("LocalUpload/", CONTAINER)}
    assert {"named", "scored"} == uploads

    house.late += 70 * DAY
    house.walk()
    uploads = {name.split("/")[1] for name in house.names("LocalUpload/", CONTAINER)}
    assert {"named"} == uploads
