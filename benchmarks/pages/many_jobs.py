"""The documents and index entries of very many jobs, written by the service's own stores.

To run so many would take days. Nearly all have ended, as in a service that is in use: most are
Completed, some Failed.
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.adapters.azure_account import AzureAccount
from shared.adapters.azure_blobs import AzureBlobs
from shared.domain.job import Job, JobState, JobStatus
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.stores.documents import Documents
from shared.stores.job_index import JobIndex
from shared.stores.jobs import CONTAINER
from tests.support.specs import a_spec

WRITERS = 16
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FILES, EVERY_TENTH = 500, 10
ENDPOINTS = ("wines", "fares", "photos", "forecast")
MARK = "many-jobs.txt"


def name_of(at: int) -> str:
    return f"nightly-{at:06d}"


def write(state: Path, count: int) -> None:
    """So many jobs into the service that runs in `state`, unless they are there."""
    mark, began = state / MARK, time.monotonic()
    if mark.exists() and mark.read_text() == str(count):
        return
    facts = json.loads((state / "ready.json").read_text())
    blobs = AzureBlobs(AzureAccount.from_connection_string(facts["storage_connection_string"]))
    index, documents = JobIndex(blobs), Documents(blobs, CONTAINER)

    def put(job: Job) -> None:
        index.add(job.spec)
        documents.put(f"{job.spec.name}/job.json", job.to_wire())

    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in pool.map(put, _jobs(count)):
            pass
    mark.write_text(str(count))
    print(f"{count:,} jobs written in {time.monotonic() - began:.0f} s")


def _jobs(count: int) -> Iterator[Job]:
    for at in range(count):
        created_at = NOON + timedelta(seconds=at)
        changes = {
            "created_at": created_at,
            "child": f"run-{at}",
            "endpoint": ENDPOINTS[at % len(ENDPOINTS)],
        }
        yield Job(spec=a_spec(name_of(at)).model_copy(update=changes), state=_end(at, created_at))


def _end(at: int, created_at: datetime) -> JobState:
    is_bad = at % EVERY_TENTH == 0
    done = FILES // 2 if is_bad else FILES
    return JobState(
        status=JobStatus.FAILED if is_bad else JobStatus.COMPLETED,
        reason=f"{done} of {FILES} files failed, more than 10 are allowed." if is_bad else "",
        plan=Plan(key="0" * 32, files=FILES, minibatches=FILES, shards=3),
        tally=Tally(files=done, failed_files=done if is_bad else 0, minibatches=done, rows=done),
        scoring_since=created_at + timedelta(seconds=2),
        ended_at=created_at + timedelta(seconds=90 + at % 60),
    )
