"""What an ended job leaves; the list of published files is in the receipt, or beside it."""

import hashlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import ServiceUnavailable
from shared.domain.job import Ending, JobStatus
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.receipt import PublishedFile, receipt_of
from shared.stores.reports import MOST_LISTED, Reports
from shared.stores.results import Results
from tests.support.specs import a_spec


@pytest.fixture
def reports(blobs: MemoryBlobs) -> Iterator[Reports]:
    with ThreadPoolExecutor(1) as readers:
        yield Reports(blobs, Results(blobs, readers))


def files(count: int) -> list[PublishedFile]:
    return [PublishedFile(f"ä/{index}.txt", index, f"{index:064x}") for index in range(count)]


def test_a_receipt_has_as_many_files_as_a_person_may_read(
    reports: Reports, blobs: MemoryBlobs
) -> None:
    assert (files(MOST_LISTED), None) == reports.list_files("job-1", files(MOST_LISTED))
    assert not blobs.exists("batch-jobs", "job-1/output_files.jsonl")


@pytest.mark.parametrize("count", [MOST_LISTED + 1, 100_000])
def test_a_long_list_is_a_file_that_the_receipt_names_and_proves(
    reports: Reports, blobs: MemoryBlobs, count: int
) -> None:
    """Writing it again writes the same."""
    published = files(count)
    listed, file_list = reports.list_files("job-1", published)

    assert [] == listed
    assert file_list is not None
    data = blobs.read("batch-jobs", f"job-1/{file_list.name}").data
    assert (len(data), hashlib.sha256(data).hexdigest()) == (file_list.bytes, file_list.sha256)
    lines = data.decode().splitlines()
    assert published == [PublishedFile(**json.loads(line)) for line in lines]
    assert ([], file_list) == reports.list_files("job-1", published)


class SlowAndRefusing(MemoryBlobs):
    """Refuses a receipt at once, and takes its time for everything else."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses = True
        self.refused = threading.Event()

    def write(self, container: str, name: str, data: bytes, **more: Any) -> str:
        if self.refuses and name.endswith("receipt.json"):
            self.refused.set()
            raise ServiceUnavailable("Not now.", fix="Try again.")
        if self.refuses:
            assert self.refused.wait(10), "the receipt is not written beside the others"
        return super().write(container, name, data, **more)


def test_reports_are_written_side_by_side_and_none_is_on_its_way_when_one_fails() -> None:
    """A step that is tried again must be the last to write."""
    blobs, job = SlowAndRefusing(), a_spec()
    for container in ("batch-jobs", "azureml"):
        blobs.ensure_container(container)
    ended = Ending(
        spec=job, plan=Plan(), tally=Tally(), status=JobStatus.FAILED, reason="Nothing to score."
    )
    receipt = receipt_of(ended, None, [])
    with ThreadPoolExecutor(8) as readers:
        reports = Reports(blobs, Results(blobs, readers))

        with pytest.raises(ServiceUnavailable):
            reports.write(ended, receipt, [])
        first = {item.name for item in blobs.list_blobs("batch-jobs")}
        blobs.refuses = False
        reports.write(ended, receipt, [])

    assert f"{job.name}/logs/job_result.txt" in first
    written = {item.name for item in blobs.list_blobs("batch-jobs")}
    assert {f"{job.name}/receipt.json"} == written - first
    published = {item.name for item in blobs.list_blobs("azureml")}
    assert f"ExperimentRun/dcid.{job.child}/user_logs/std_log_0.txt" in published
