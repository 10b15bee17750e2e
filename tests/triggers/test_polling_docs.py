"""The pipelines of docs/polling.md: they parse, and what they read is in the answers they get."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.api.http import Response
from shared.domain.job import JobState, JobStatus
from shared.domain.outcome import Tally
from tests.support.client import Client
from tests.support.doc_blocks import DOCS, blocks
from tests.support.faulty_blobs import FaultyBlobs
from tests.support.requests import http_request
from tests.support.specs import CONTAINER
from triggers.job_status import get_status
from triggers.scoring import invoke

PRODUCTS = ("data-factory", "logic-apps")
OF_DATA_FACTORY = re.compile(r"activity\('(\w+)'\)\??\.output((?:\??\.\w+)+)")
OF_LOGIC_APPS = re.compile(r"body\('(\w+)'\)((?:\?\['\w+'\])+)")


@pytest.fixture
def client(make_client: Callable[[], tuple[Client, FaultyBlobs]]) -> Client:
    """The folder lies there that the pages name."""
    client, blobs = make_client()
    blobs.write(CONTAINER, "my-trips/a.csv", b"1")
    client.orchestrations.is_idle = True
    return client


def values(found: Any, key: str) -> Iterator[Any]:
    """What stands under that key, at whatever depth."""
    inner = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    if isinstance(found, dict) and key in found:
        yield found[key]
    for one in inner:
        yield from values(one, key)


def paths(text: str) -> set[tuple[str, tuple[str, ...]]]:
    """Which answer the expressions read, and where in it."""
    found = [*OF_DATA_FACTORY.findall(text), *OF_LOGIC_APPS.findall(text)]
    return {(step, tuple(re.findall(r"\w+", path))) for step, path in found}


def started(client: Client, body: Any) -> Response:
    request = http_request(body, role="invoker", endpoint="wine")
    return invoke(request, client.services, client.durable)


def ended(client: Client, name: str) -> Any:
    spec = client.services.jobs.get(name).spec
    state = JobState(status=JobStatus.FAILED, reason="r", tally=Tally(files=1))
    client.services.jobs.advance(spec, state)
    return get_status(
        http_request(role="invoker", endpoint="wine", job=name), client.services, client.durable
    ).body


def test_every_example_of_json_parses_and_is_looked_at() -> None:
    text = (DOCS / "polling.md").read_text()

    assert set(PRODUCTS) == set(blocks("polling.md"))
    assert len(PRODUCTS) == len(re.findall(r"^```json$", text, re.MULTILINE))
    for product in PRODUCTS:
        assert json.loads(blocks("polling.md")[product])


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_a_pipeline_reads_is_in_the_answers_that_it_gets(client: Client, product: str) -> None:
    text = blocks("polling.md")[product]
    (body,) = values(json.loads(text), "body")
    invoked = started(client, body)
    assert 201 == invoked.status
    answers = {"Invoke": invoked.body, "Look": ended(client, invoked.body["name"])}

    read = paths(text)

    assert {("Invoke", ("statusQueryGetUri",)), ("Look", ("runtimeStatus",))} <= read
    for step, path in read:
        found = answers[step]
        for name in path:
            assert name in found, (step, path)
            found = found[name]
        assert isinstance(found, str), path


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_pipeline_knows_every_end_and_asks_with_its_own_token(product: str) -> None:
    text = blocks("polling.md")[product]
    pipeline = json.loads(text)

    (ends,) = re.findall(r"createArray\(([^)]*)\)", text)
    assert {"Completed", "Failed", "Terminated"} == set(re.findall(r"\w+", ends))
    assert 2 == len(list(values(pipeline, "authentication")))
    assert [True] == [*values(pipeline, "turnOffAsync")] or ["DisableAsyncPattern"] == [
        *values(pipeline, "operationOptions")
    ]
