"""What would otherwise be taken for something else, or dropped in silence, is refused in words."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.api.routes import UNBOUND
from shared.domain.errors import InvalidRequest, NotFound, PreflightFailed
from shared.domain.sample import SampleRequest
from tests.support.client import Client
from tests.support.faulty_blobs import FaultyBlobs
from tests.support.requests import http_request
from tests.support.specs import CONTAINER, a_spec
from tests.triggers.test_dry_runs import URI, body_of, codes, dry_run, made, post
from triggers import assets, schedules, watches

__all__ = ["made"]
type Made = tuple[Client, FaultyBlobs]
SIGNED = "https://cellar.blob.core.windows.net/trips/in/a.csv?sv=2024&sig=s3cret"


@pytest.fixture
def wine(made: Made) -> Client:
    client, blobs = made
    blobs.write(CONTAINER, "in/a.csv", b"x,n,id\n1.5,2,k\n")
    return client


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("{jobs}/p.csv", "has the place '{jobs}', which nothing fills. Did you mean '{job}'?"),
        ("{datum}-{job}.csv", "Use {date}, {job}, {endpoint}"),
    ],
)
def test_a_place_that_nothing_fills_is_refused_with_the_one_that_was_meant(
    wine: Client, place: str, words: str
) -> None:
    score = {"score": {"jobOutputType": "UriFile", "uri": f"{URI}-out/{place}"}}

    with pytest.raises(InvalidRequest) as refused:
        post(wine, body_of(outputData=score))
    assert words in str(refused.value)
    assert ["OutputUnusable"] == codes(dry_run(wine, outputData=score))


def test_a_file_that_is_not_there_is_called_one_though_nobody_said_what_it_is(wine: Client) -> None:
    for uri, words in (
        (f"{URI}/gone.csv", "There is no file 'azureml-blobstore/in/gone.csv'"),
        (f"{URI}/gone", "There are no input files in the folder"),
    ):
        given = {"input": {"jobInputType": "UriFolder", "uri": uri}}
        with pytest.raises(NotFound) as refused:
            post(wine, body_of(inputData=given))
        assert words in str(refused.value)


def test_a_preflight_names_carried_columns_that_files_lack(wine: Client, made: Made) -> None:
    made[1].write(CONTAINER, "in/b.csv", b"x,n\n1,2\n")
    form = {"outputFormat": "jsonl", "outputCarry": "id"}

    found = dry_run(wine, properties=form)

    (problem,) = found["problems"]
    assert ("CarriedColumnMissing", "b.csv") == (problem["code"], problem["file"])
    assert "The file lacks columns that are to be carried: 'id'" in problem["message"]
    assert [] == dry_run(wine, properties=form | {"outputCarry": "all"})["problems"]
    with pytest.raises(PreflightFailed, match=r"'b\.csv'"):
        post(wine, body_of(properties=form, preflight=True))


@pytest.mark.parametrize(
    ("name", "content", "carry"),
    [
        ("c.json", b'[{"x": 1.5, "n": 2, "id": 7}]', []),
        ("c.json", b'[{"x": 1.5, "n": 2}]', ["CarriedColumnMissing"]),
        ("c.csv", b"x,n,id,id\n1,2,3,4\n", []),
    ],
)
def test_columns_are_carried_of_every_kind_of_table(
    wine: Client, made: Made, name: str, content: bytes, carry: list[str]
) -> None:
    made[1].write(CONTAINER, f"in/{name}", content)

    found = dry_run(wine, properties={"outputFormat": "jsonl", "outputCarry": "id"})

    assert carry == codes(found)


def test_a_preflight_names_the_line_of_an_address_that_is_refused(wine: Client, made: Made) -> None:
    made[1].write(CONTAINER, "in/list.txt", b"a.csv\nhttps://127.0.0.1/b.csv\n")
    listed = {"jobInputType": "UriFile", "uri": f"{URI}/list.txt", "manifest": True}

    (problem,) = dry_run(wine, inputData={"input": listed})["problems"]

    assert problem["message"].startswith("Line 2 of the manifest cannot be read. '127.0.0.1'")


def test_a_schedule_does_not_make_a_whole_job_of_a_sample(wine: Client) -> None:
    spec = a_spec(name="sampled").model_copy(update={"sample": SampleRequest(files=2)})
    wine.services.jobs.create(spec)
    action = {"actionType": "CreateJob", "jobDefinition": {"sourceJobId": "azureml:sampled"}}
    trigger = {"triggerType": "Cron", "expression": "0 2 * * *"}

    with pytest.raises(InvalidRequest, match="'sampled' scored a sample") as refused:
        put_schedule(wine, {"trigger": trigger, "action": action})
    assert "sourceJobId" in refused.value.target


def put_schedule(client: Client, properties: Any) -> Any:
    request = http_request({"properties": properties}, schedule="nightly")
    return schedules.put_schedule(request, client.services, UNBOUND)


def a_schedule(client: Client) -> Any:
    definition = {
        "endpointName": "wine",
        "properties": {"inputData": {"input": {"jobInputType": "UriFile", "uri": SIGNED}}},
    }
    action = {"actionType": "InvokeBatchEndpoint", "endpointInvocationDefinition": definition}
    trigger = {"triggerType": "Cron", "expression": "0 2 * * *"}
    return put_schedule(client, {"trigger": trigger, "action": action})


def a_watch(client: Client) -> Any:
    body = {"properties": {"output": {"uri": SIGNED}}}
    request = http_request(body, endpoint="wine", watch="cellar")
    return watches.put_watch(request, client.services, UNBOUND)


def a_data_asset(client: Client) -> Any:
    body = {"properties": {"dataUri": SIGNED, "dataType": "uri_file"}}
    return assets.DATA.put(http_request(body, name="d", version="1"), client.services, UNBOUND)


@pytest.mark.parametrize("put", [a_schedule, a_watch, a_data_asset])
def test_a_signature_that_would_be_missed_later_is_refused_where_it_is_not_kept(
    wine: Client, put: Callable[[Client], Any]
) -> None:
    with pytest.raises(InvalidRequest, match="has a signature, and what is kept") as refused:
        put(wine)
    assert "s3cret" not in str(refused.value)
    assert "sas_token" in str(refused.value)
