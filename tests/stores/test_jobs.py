"""Job documents: one per name, one per request id, and no way back."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import Conflict
from shared.domain.job import JobState, JobStatus
from shared.domain.outcome import Tally
from shared.stores.jobs import Jobs, Submission
from tests.support.specs import a_spec


def test_a_name_is_taken_once(blobs: MemoryBlobs) -> None:
    jobs = Jobs(blobs)
    jobs.create(a_spec())

    with pytest.raises(Conflict, match="job-1"):
        jobs.create(a_spec())


def test_a_request_id_is_claimed_by_one_of_many(blobs: MemoryBlobs) -> None:
    jobs = Jobs(blobs)

    with ThreadPoolExecutor(8) as threads:
        claims = threads.map(
            lambda n: jobs.claim("e", "id", Submission(job=f"j{n}", digest="d")), range(20)
        )

    assert 1 == len({claim.job for claim in claims})
    assert "other" == jobs.claim("e2", "id", Submission(job="other", digest="d")).job


def test_a_state_never_falls_back(blobs: MemoryBlobs) -> None:
    jobs, spec = Jobs(blobs), a_spec()
    jobs.create(spec)
    jobs.advance(spec, JobState(status=JobStatus.RUNNING, tally=Tally(minibatches=5)))
    jobs.advance(spec, JobState(status=JobStatus.RUNNING, tally=Tally(minibatches=3)))
    assert 5 == jobs.get("job-1").state.tally.minibatches

    jobs.advance(spec, JobState(status=JobStatus.COMPLETED, tally=Tally(minibatches=9)))
    jobs.advance(spec, JobState(status=JobStatus.RUNNING, tally=Tally(minibatches=10)))

    assert JobStatus.COMPLETED is jobs.get("job-1").state.status


def test_a_lost_document_is_written_again(blobs: MemoryBlobs) -> None:
    jobs, spec = Jobs(blobs), a_spec()

    jobs.advance(spec, JobState(status=JobStatus.PREPARING))

    assert JobStatus.PREPARING is jobs.get("job-1").state.status


def test_many_writers_lose_nothing(blobs: MemoryBlobs) -> None:
    jobs, spec = Jobs(blobs), a_spec()
    jobs.create(spec)

    with ThreadPoolExecutor(8) as threads:
        states = [JobState(status=JobStatus.RUNNING, tally=Tally(minibatches=n)) for n in range(40)]
        list(threads.map(lambda state: jobs.advance(spec, state), states))

    assert 39 == jobs.get("job-1").state.tally.minibatches
