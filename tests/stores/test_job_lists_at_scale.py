"""The first page of 5,000 jobs costs what the first page of 20 does, over a real store.

A page is asked for in some 0.15 s on two idle cores; the mark leaves room for a busy machine.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from local.azurite import Azurite
from shared.adapters.azure_blobs import AzureBlobs
from shared.stores import job_index, jobs
from shared.stores.job_index import EVERYTHING
from shared.stores.jobs import Jobs
from tests.support.specs import a_spec

JOBS, PAGE, LIMIT_S = 5_000, 50, 1.0
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[AzureBlobs]:
    with Azurite() as azurite:
        blobs = AzureBlobs.from_connection_string(azurite.connection_string)
        for container in (job_index.CONTAINER, jobs.CONTAINER):
            blobs.ensure_container(container)
        yield blobs
        blobs.close()


def test_the_first_page_of_many_jobs_is_quick(store: AzureBlobs) -> None:
    """Those before the newest are entries only: their documents are not read for this page."""
    listed = Jobs(store)
    for second in range(PAGE + 10):
        created = {"created_at": NOON + timedelta(seconds=second), "child": f"run-{second}"}
        listed.create(a_spec(f"new-{second}").model_copy(update=created))

    def add_old(number: int) -> None:
        key = f"{9_900_000_000_000 + number}_old-{number}"
        store.write(job_index.CONTAINER, f"{EVERYTHING}/{key}", b"")

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(add_old, range(JOBS)))

    times = []
    for _ in range(5):
        began = time.perf_counter()
        page, after = listed.page(EVERYTHING, after="", size=PAGE, is_wanted=lambda _: True)
        times.append(time.perf_counter() - began)

    assert [f"new-{second}" for second in range(PAGE + 9, 9, -1)] == [j.spec.name for j in page]
    assert after
    assert min(times) < LIMIT_S
