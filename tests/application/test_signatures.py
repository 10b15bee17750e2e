"""The signatures that inputs come with: kept while a job needs them, and no longer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.housekeeping import HousekeepingRule
from shared.domain.job import Job, JobStatus
from shared.elsewhere_settings import PrivateAddresses
from shared.stores.signatures import FRESH, Signatures
from tests.support.client import Client
from tests.support.file_server import FileServer, Page, serving_files
from tests.support.house import DAY, House
from tests.support.requests import http_request
from triggers import scoring

FILE = "/trips.csv"
REGISTRY = "batch-registry"
RULE = HousekeepingRule


@pytest.fixture
def web() -> Iterator[FileServer]:
    """Its file opens by a query, and only so."""
    pages = {f"{FILE}?sig=hush": Page(b"1"), FILE: Page(status=403)}
    with serving_files(pages) as server:
        yield server


@pytest.fixture
def house(tmp_path: Path) -> House:
    """With a deployment of `wine` that takes invocations; the hub keeps what is started."""
    house = House(
        tmp_path, credentials_keys=("k" * 32,), private_addresses=PrivateAddresses.ALLOWED
    )
    client = Client(house.services)
    client.put_model()
    client.put_endpoint()
    client.put_deployment("main")
    client.set_default("main")
    house.hub.is_idle = True
    return house


def invoke(house: House, uri: str, name: str = "job-1") -> Job:
    """By the request that clients send; its answer shows nothing."""
    source = {"input": {"jobInputType": "UriFile", "uri": uri}}
    body: Any = {"properties": {"name": name, "inputData": source}}
    request = http_request(body, endpoint="wine")
    answer = scoring.invoke(request, house.services, house.hub.client)
    assert "hush" not in f"{answer.body}"
    return house.services.jobs.get(name)


def end(house: House, job: Job) -> None:
    """As a job ends, whatever came of it."""
    state = house.services.jobs.get(job.spec.name).state
    over = {"status": JobStatus.COMPLETED, "ended_at": house.now()}
    house.services.jobs.advance(job.spec, state.model_copy(update=over))
    house.hub.end(job.spec.name, "Completed")


def kept(house: House) -> list[str]:
    return house.names("signatures/", REGISTRY)


def read(house: House, job: Job) -> bytes:
    location = job.spec.input.location
    return house.services.blobs.read(location.container, location.path).data


def test_a_signature_is_kept_while_its_job_runs_and_goes_when_that_has_ended(
    house: House, web: FileServer
) -> None:
    job = invoke(house, f"{web.url}{FILE}?sig=hush")
    house.late += 400 * DAY
    assert [] == house.walk()
    assert b"1" == read(house, job)

    end(house, job)
    (found,) = house.preview()
    assert b"1" == read(house, job)
    (gone,) = house.walk()

    assert found == gone
    assert (RULE.SIGNATURES, 1) == (gone.rule, gone.count)
    assert [] == kept(house)
    with pytest.raises(NotFound, match=r"not kept any more\. Invoke again, with a URL"):
        read(house, job)
    assert [] == house.walk()


def test_jobs_that_came_with_the_same_one_wait_for_each_other(
    house: House, web: FileServer
) -> None:
    first, second = (invoke(house, f"{web.url}{FILE}?sig=hush", name) for name in ("a", "b"))
    house.late += 2 * DAY
    end(house, first)
    assert [] == house.walk()
    assert b"1" == read(house, second)

    end(house, second)
    house.walk()
    assert [] == kept(house)


def test_what_was_brought_today_stays_for_its_job_may_be_on_its_way(
    house: House, web: FileServer
) -> None:
    """The job ended within the hour, and somebody invokes with the same URL now."""
    end(house, invoke(house, f"{web.url}{FILE}?sig=hush"))
    assert [] == house.walk()
    assert 2 == len(kept(house))


def test_a_signature_that_is_brought_again_right_before_it_goes_stays(house: House) -> None:
    """Housekeeping looked, somebody invoked, and only then it deletes."""
    now = house.now()
    early = Signatures(house.blobs, lambda: now - 2 * DAY)
    late = Signatures(house.blobs, lambda: now)
    key = early.keep("host", "sig=x", lambda secret: f"sealed {len(secret)}")
    (found,) = late.uses()
    assert late.is_idle(key, now)

    assert key == late.keep("host", "sig=x", lambda secret: f"sealed {len(secret)}")

    assert not late.forget(found, now)
    assert "sealed 5" == late.sealed(key)


def test_a_signature_that_is_brought_each_minute_is_not_written_each_time(house: House) -> None:
    times = iter([house.now(), house.now() + FRESH / 2, house.now() + 2 * FRESH])
    signatures, names = Signatures(house.blobs, lambda: next(times)), iter(["first", "second"])

    for expected in ("first", "first", "second"):
        key = signatures.keep("host", "sig=x", lambda _secret: next(names))
        assert expected == signatures.sealed(key)


def test_a_job_that_is_run_again_says_that_its_document_has_no_signature(
    house: House, web: FileServer
) -> None:
    """As the Studio does: by the input of the job's document, which has no query."""
    job = invoke(house, f"{web.url}{FILE}?sig=hush")
    assert f"{web.url}{FILE}" == job.spec.input.uri

    with pytest.raises(InvalidRequest, match="a job's document never has the one that its input"):
        invoke(house, job.spec.input.uri, "again")
