"""The list of published files: in the receipt, or beside it when it is long."""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.receipt import PublishedFile
from shared.stores.reports import MOST_LISTED, Reports
from shared.stores.results import Results


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
