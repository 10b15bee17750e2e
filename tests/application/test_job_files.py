"""Which files a job left, by the use case: what is there, what is not yet, what never was."""

from collections.abc import Callable
from urllib.parse import parse_qs

import pytest

from shared.application.find_job_files import LINK_LIFETIME, FindJobFiles
from shared.domain.errors import Conflict, NotFound
from shared.domain.job import Job, JobState, JobStatus
from shared.domain.job_files import JobOutputKind
from shared.domain.partial_rows import KeptRows
from shared.domain.resolved_deployment import Location
from tests.support.client import Client
from tests.support.faulty_blobs import FaultyBlobs
from tests.support.specs import CONTAINER, a_spec

RECEIPT = Location(container="batch-jobs", path="job-1/receipt.json")


@pytest.fixture
def client(make_client: Callable[[], tuple[Client, FaultyBlobs]]) -> Client:
    return make_client()[0]


@pytest.fixture
def find(client: Client) -> FindJobFiles:
    return client.services.find_job_files


def a_job(status: JobStatus, *, is_reported: bool = True) -> Job:
    return Job(spec=a_spec(), state=JobState(status=status, is_reported=is_reported))


@pytest.mark.parametrize("status", [one for one in JobStatus if not one.is_terminal])
def test_nothing_is_to_be_had_before_the_end(find: FindJobFiles, status: JobStatus) -> None:
    for act in (lambda job: find.one(job, "receipt"), find.list_all):
        with pytest.raises(Conflict, match=f"'job-1' is {status}, and its outputs are written"):
            act(a_job(status, is_reported=False))


def test_a_file_at_the_output_of_a_job_that_failed_is_not_the_jobs(
    client: Client, find: FindJobFiles
) -> None:
    """The output file appeared meanwhile: it is somebody else's."""
    output = a_spec().output.location
    client.services.blobs.write(output.container, output.path, b"theirs")

    with pytest.raises(NotFound, match="is Failed, and has no predictions"):
        find.one(a_job(JobStatus.FAILED), "predictions")
    assert b"theirs" == find.read(find.one(a_job(JobStatus.COMPLETED), "predictions"))


def test_errors_are_listed_when_the_receipt_was_never_written(
    client: Client, find: FindJobFiles
) -> None:
    client.services.blobs.write("batch-jobs", "job-1/errors.jsonl", b"{}\n")

    (file,) = find.list_all(a_job(JobStatus.CANCELED))

    assert ("errors", "errors.jsonl", 3, "") == (file.output, file.name, file.size, file.sha256)


@pytest.mark.parametrize(
    ("status", "is_reported", "expected"),
    [
        (JobStatus.RUNNING, False, set[str]()),
        (JobStatus.CANCELED, False, set[str]()),
        (JobStatus.FAILED, True, {"receipt", "errors"}),
        (JobStatus.COMPLETED, True, {"predictions", "receipt", "errors"}),
    ],
)
def test_links_are_to_what_the_document_says_is_there(
    find: FindJobFiles, status: JobStatus, *, is_reported: bool, expected: set[str]
) -> None:
    assert expected == set(find.link_known(a_job(status, is_reported=is_reported)))


def test_a_link_is_to_one_blob_with_its_name_encoded(find: FindJobFiles) -> None:
    links = [find.link(RECEIPT), find.link(Location(container=CONTAINER, path="a?b/#1 %.csv"))]

    assert links[0].startswith("http://127.0.0.1:10000/devstoreaccount1/batch-jobs/job-1/receipt")
    assert f"/{CONTAINER}/a%3Fb/%231%20%25.csv?" in links[1]
    assert 3600 == LINK_LIFETIME.total_seconds()
    assert [{"sr": ["b"], "sp": ["r"]}] * 2 == [
        {name: parse_qs(link.partition("?")[2])[name] for name in ("sr", "sp")} for link in links
    ]


@pytest.mark.parametrize("kind", [one for one in JobOutputKind if one != "partial"])
def test_each_output_is_asked_for_by_its_name_in_any_case(
    client: Client, find: FindJobFiles, kind: JobOutputKind
) -> None:
    job = a_job(JobStatus.COMPLETED)
    place = find.files.locate(job.spec, kind)
    client.services.blobs.write(place.container, place.path, b"12")

    assert 2 == find.one(job, kind.upper()).size


def test_partial_rows_are_those_that_the_document_tells_of(
    client: Client, find: FindJobFiles
) -> None:
    """Whatever lies there: a job that kept none has none."""
    kept = KeptRows(uri="u/rows.csv", bytes=2, rows=1, sha256="", mini_batches=1, files=1)
    state = JobState(status=JobStatus.CANCELED, is_reported=True, partial=kept)
    place = find.files.locate(a_spec(), JobOutputKind.PARTIAL)
    client.services.blobs.write(place.container, place.path, b"12")

    assert "out/partial/job-1/rows.csv" == place.path
    assert 2 == find.one(Job(spec=a_spec(), state=state), "partial").size
    assert {"receipt", "errors", "partial"} == set(find.link_known(Job(spec=a_spec(), state=state)))
    with pytest.raises(NotFound, match="is Failed, and has no partial rows"):
        find.one(a_job(JobStatus.FAILED), "partial")
