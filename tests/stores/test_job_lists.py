"""Lists of jobs: newest first, nothing shown twice, nobody's entries left out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import Conflict, InvalidRequest
from shared.domain.job import Job, JobSpec
from shared.stores.job_index import EVERYTHING, JobIndex, of_deployment, of_endpoint
from shared.stores.jobs import MOST_READ, Jobs
from tests.support.specs import a_spec

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def spec_at(second: float, name: str, **changes: object) -> JobSpec:
    created = {"created_at": NOON + timedelta(seconds=second), "child": f"run-of-{name}"}
    return a_spec(name).model_copy(update=created | changes)


def everything(_: Job) -> bool:
    return True


def names(jobs: Jobs, folder: str = EVERYTHING, size: int = 2) -> Iterator[list[str]]:
    after = ""
    while True:
        found, after = jobs.page(folder, after=after, size=size, is_wanted=everything)
        yield [job.spec.name for job in found]
        if not after:
            return


def test_pages_go_from_the_newest_to_the_oldest(blobs: MemoryBlobs) -> None:
    jobs = Jobs(blobs)
    for second in range(5):
        jobs.create(spec_at(second, f"j{second}"))

    assert [["j4", "j3"], ["j2", "j1"], ["j0"]] == list(names(jobs))
    assert [["j4", "j3", "j2", "j1", "j0"]] == list(names(jobs, size=5))


def test_a_job_that_comes_meanwhile_moves_nothing(blobs: MemoryBlobs) -> None:
    jobs = Jobs(blobs)
    for second in range(4):
        jobs.create(spec_at(second, f"j{second}"))
    pages = names(jobs)
    next(pages)

    jobs.create(spec_at(9, "newer"))

    assert ["j1", "j0"] == next(pages)


def test_endpoints_and_deployments_have_their_own_in_any_case(blobs: MemoryBlobs) -> None:
    jobs = Jobs(blobs)
    jobs.create(spec_at(0, "a", endpoint="One", deployment="blue"))
    jobs.create(spec_at(1, "b", endpoint="one", deployment="Green"))
    jobs.create(spec_at(2, "c", endpoint="other"))

    assert [["b", "a"]] == list(names(jobs, of_endpoint("ONE")))
    assert [["a"]] == list(names(jobs, of_deployment("one", "BLUE")))
    assert [["c"]] == list(names(jobs, of_endpoint("other")))


def test_entries_that_are_nobodys_are_skipped(blobs: MemoryBlobs) -> None:
    """A create that was cut off, one that lost the name to another, and one that was taken back."""
    jobs = Jobs(blobs)
    JobIndex(blobs).add(spec_at(0, "cut-off"))
    jobs.create(spec_at(1, "taken", endpoint="first"))
    with pytest.raises(Conflict):
        jobs.create(spec_at(2, "taken", endpoint="second"))
    jobs.create(spec_at(3, "back"))
    jobs.discard("back")

    assert ["taken"] == [name for page in names(jobs) for name in page]
    assert [[]] == list(names(jobs, of_endpoint("second")))


def test_a_page_that_finds_little_is_cut_short_and_goes_on(blobs: MemoryBlobs) -> None:
    jobs = Jobs(blobs)
    for second in range(MOST_READ + 20):
        jobs.create(spec_at(second, f"j{second:03d}"))

    def is_oldest(job: Job) -> bool:
        return job.spec.name == "j000"

    first, after = jobs.page(EVERYTHING, after="", size=10, is_wanted=is_oldest)
    rest, end = jobs.page(EVERYTHING, after=after, size=10, is_wanted=is_oldest)

    assert [] == first
    assert (["j000"], "") == ([job.spec.name for job in rest], end)


def test_a_place_that_is_none_is_refused(blobs: MemoryBlobs) -> None:
    with pytest.raises(InvalidRequest):
        Jobs(blobs).page(EVERYTHING, after="../other", size=1, is_wanted=everything)


def test_a_job_is_found_by_its_child_and_nothing_else(blobs: MemoryBlobs) -> None:
    jobs = Jobs(blobs)
    jobs.create(spec_at(0, "j"))
    with pytest.raises(Conflict):
        jobs.create(spec_at(1, "j", child="of-the-loser"))

    found = jobs.of_run("run-of-j")

    assert found is not None
    assert "j" == found.spec.name
    assert jobs.of_run("of-the-loser") is None
    assert jobs.of_run("nothing") is None


def test_a_filter_by_name_reads_no_document_of_another_name(blobs: MemoryBlobs) -> None:
    jobs = Jobs(blobs)
    for second in range(2 * MOST_READ):
        jobs.create(spec_at(second, f"other-{second}"))
    jobs.create(spec_at(-1, "wanted"))
    read = list[str]()

    def noted(job: Job) -> bool:
        read.append(job.spec.name)
        return True

    found, after = jobs.page(
        EVERYTHING, after="", size=3, is_wanted=noted, is_named=lambda name: "want" in name
    )

    assert ["wanted"] == [job.spec.name for job in found] == read
    assert "" == after
