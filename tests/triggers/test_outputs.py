"""What a job leaves, as a reader fetches it: a list with links, and each output by its name."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.api.http import Response
from shared.domain.errors import Conflict, InvalidRequest, NotFound, ServiceUnavailable
from shared.domain.job import JobStatus
from shared.services import Services
from tests.support.orchestrations import Orchestrations
from tests.support.requests import http_request
from tests.support.services_in_memory import ACCOUNT_URL, run_job, services_in_memory, upload
from tests.support.specs import CONTAINER, a_spec
from triggers import jobs, outputs, scoring

App = tuple[Services, MemoryBlobs]


@pytest.fixture
def app(tmp_path: Path) -> App:
    """Two files, one of which is bad; the job may be completed or failed."""
    services, blobs, _ = services_in_memory(tmp_path)
    upload(blobs, ["1", "bad"])
    return services, blobs


def listed(services: Services, job: str = "job-1", **query: str) -> Any:
    request = http_request(
        role="reader", query={f"${name}": value for name, value in query.items()}, job=job
    )
    return outputs.list_outputs(request, services, Orchestrations(services)).body


def fetched(services: Services, output: str, job: str = "job-1") -> Response:
    request = http_request(role="reader", job=job, output=output)
    return outputs.get_output(request, services, Orchestrations(services))


def polled(services: Services) -> Any:
    request = http_request(role="reader", endpoint="endpoint", job="job-1")
    return scoring.poll(request, services, Orchestrations(services)).body["properties"]["outputs"]


def test_a_completed_job_lists_its_files_with_a_link_to_each(app: App) -> None:
    services, blobs = app
    run_job(a_spec(), services)

    files = listed(services)["value"]

    assert [
        ("receipt", "receipt.json"),
        ("errors", "errors.jsonl"),
        ("predictions", "job-1.csv"),
    ] == [(file["output"], file["path"]) for file in files]
    for file in files:
        parts = urlsplit(file["url"])
        container, _, name = unquote(parts.path.removeprefix("/devstoreaccount1/")).partition("/")
        data = blobs.read(container, name).data
        assert len(data) == file["size"]
        assert file["sha256"] in {None, hashlib.sha256(data).hexdigest()}
        assert file["url"].startswith(f"{ACCOUNT_URL}/")
        signed = parse_qs(parts.query)
        assert (["r"], ["b"]) == (signed["sp"], signed["sr"])
    assert [True, False, True] == [bool(file["sha256"]) for file in files]


@pytest.mark.parametrize("output", ["predictions", "receipt", "errors", "Receipt"])
def test_an_output_is_answered_with_its_bytes(app: App, output: str) -> None:
    services, blobs = app
    spec = a_spec()
    run_job(spec, services)
    names = {"receipt": "job-1/receipt.json", "errors": "job-1/errors.jsonl"}
    lies = names.get(output.lower())
    place = ("batch-jobs", lies) if lies else (CONTAINER, spec.output.location.path)

    answer = fetched(services, output)

    assert (200, blobs.read(*place).data) == (answer.status, answer.data)
    assert "attachment" == answer.headers["Content-Disposition"]
    assert "no-store" == answer.headers["Cache-Control"]


def test_outputs_are_found_by_the_endpoint_and_by_the_scoring_step_too(app: App) -> None:
    services, _ = app
    spec = a_spec()
    run_job(spec, services)
    hub = Orchestrations(services)

    of_endpoint = http_request(endpoint="ENDPOINT", job="job-1", output="receipt")
    assert 200 == outputs.get_output(of_endpoint, services, hub).status
    assert listed(services, spec.child)["value"]
    with pytest.raises(NotFound, match="has no job 'job-1'"):
        outputs.list_outputs(http_request(endpoint="other", job="job-1"), services, hub)


def test_what_is_large_is_where_the_link_leads(app: App) -> None:
    services, blobs = app
    spec = a_spec()
    run_job(spec, services)
    place = spec.output.location
    blobs.write(place.container, place.path, b"x" * (outputs.LARGEST_ANSWER + 1))

    answer = fetched(services, "predictions")

    assert (302, None) == (answer.status, answer.data)
    assert "-L" in answer.text
    link = urlsplit(answer.headers["Location"])
    assert link.path.endswith("/out/job-1.csv")
    assert ["r"] == parse_qs(link.query)["sp"]


def test_a_failed_job_has_a_receipt_errors_and_the_rows_that_it_kept(app: App) -> None:
    services, _ = app
    run_job(a_spec(error_threshold=0), services)

    assert ["receipt", "errors", "partial"] == [
        file["output"] for file in listed(services)["value"]
    ]
    assert b"it is bad" in (fetched(services, "errors").data or b"")
    assert "Failed" == json.loads(fetched(services, "receipt").data or b"")["status"]
    with pytest.raises(NotFound, match="is Failed, and has no predictions") as refused:
        fetched(services, "predictions")
    assert "It has: receipt, errors, partial." in str(refused.value)


def test_a_job_that_runs_is_a_conflict_that_says_how_it_is(app: App) -> None:
    services, _ = app
    services.jobs.create(a_spec())

    for act in (listed, lambda services: fetched(services, "receipt")):
        with pytest.raises(Conflict, match="'job-1' is NotStarted"):
            act(services)
    assert polled(services)["links"] is None


def test_a_job_that_was_ended_from_outside_may_have_nothing(app: App) -> None:
    services, _ = app
    job = services.jobs.create(a_spec())
    ended = job.state.model_copy(update={"status": JobStatus.CANCELED})
    services.jobs.advance(job.spec, ended)

    assert [] == listed(services)["value"]
    with pytest.raises(NotFound, match="It has: none"):
        fetched(services, "receipt")


def test_an_output_that_is_none_is_answered_with_those_that_are(app: App) -> None:
    services, _ = app
    services.jobs.create(a_spec())

    with pytest.raises(NotFound, match="Use one of: predictions, receipt, errors"):
        fetched(services, "logs")


def test_predictions_that_somebody_removed_are_named_with_where_they_were(app: App) -> None:
    services, blobs = app
    spec = a_spec()
    run_job(spec, services)
    blobs.delete(spec.output.location.container, spec.output.location.path)

    with pytest.raises(NotFound, match=r"are gone from 'azureml://.*/out/job-1.csv'"):
        fetched(services, "predictions")


def test_outputs_in_another_container_are_found_there(app: App) -> None:
    """A name that a URL must encode, too."""
    services, blobs = app
    blobs.ensure_container("images")
    spec = a_spec()
    location = spec.output.location.model_copy(
        update={"container": "images", "path": "a b/100% ü/p.csv"}
    )
    output = spec.output.model_copy(update={"location": location})
    run_job(spec.model_copy(update={"output": output}), services)

    file = listed(services)["value"][-1]

    assert "p.csv" == file["path"]
    assert "/images/a%20b/100%25%20%C3%BC/p.csv?" in file["url"]
    assert blobs.read("images", location.path).data == fetched(services, "predictions").data


def test_a_long_list_of_files_comes_in_pages(app: App) -> None:
    """More than a receipt holds are in a file beside it, which is read as far as it is needed."""
    services, blobs = app
    run_job(a_spec(), services)
    files = [{"path": f"side/{n:04d}.txt", "bytes": n, "sha256": "0" * 64} for n in range(2000)]
    lines = "".join(json.dumps(file) + "\n" for file in files)
    blobs.write("batch-jobs", "job-1/output_files.jsonl", lines.encode())
    receipt = json.loads(blobs.read("batch-jobs", "job-1/receipt.json").data)
    named = {"name": "output_files.jsonl", "bytes": len(lines), "sha256": "0" * 64}
    receipt["output"] |= {"files": [], "file_list": named, "file_count": 2000}
    blobs.write("batch-jobs", "job-1/receipt.json", json.dumps(receipt).encode())

    paths, query = list[str](), {"top": "900"}
    while True:
        page = listed(services, **query)
        paths += [file["path"] for file in page["value"]]
        if not page["nextLink"]:
            break
        query = {
            "top": "900",
            "skiptoken": parse_qs(urlsplit(page["nextLink"]).query)["$skiptoken"][0],
        }

    assert ["receipt.json", "errors.jsonl", *(file["path"] for file in files)] == paths
    assert "out/side/1999.txt" in listed(services, skiptoken="MjAwMQ==")["value"][0]["url"]
    with pytest.raises(InvalidRequest, match="'abc' is not a place in this list"):
        listed(services, skiptoken="YWJj")


def test_a_jobs_document_has_links_for_whoever_reads_that_one_job(app: App) -> None:
    services, _ = app
    run_job(a_spec(), services)
    hub = Orchestrations(services)

    links = polled(services)["links"]

    assert {"predictions", "receipt", "errors", "expiresOn"} == set(links)
    assert links["receipt"].partition("?")[0] == f"{ACCOUNT_URL}/batch-jobs/job-1/receipt.json"
    listing = jobs.list_of_endpoint(http_request(endpoint="endpoint"), services, hub).body["value"]
    assert [None] == [job["properties"]["outputs"]["links"] for job in listing]
    pipeline = jobs.get_job(http_request(job="job-1"), services, hub).body
    assert "sig=" not in json.dumps(pipeline)
    assert pipeline["properties"]["properties"]["files"].endswith("/jobs/job-1/outputs")


def test_no_link_is_ever_written_down(app: App) -> None:
    services, blobs = app
    run_job(a_spec(), services)

    polled(services)
    listed(services)

    for container in ("batch-registry", "batch-jobs", "batch-index", "azureml"):
        for name in blobs.list_names(container):
            assert b"sig=" not in blobs.read(container, name).data, name


class SignsNothing:
    def container_sas(self, *_: Any) -> str:
        raise ServiceUnavailable("No SAS can be signed.", fix="Give the role.")

    blob_sas = container_sas


def test_a_store_that_signs_nothing_still_gives_what_is_small(app: App) -> None:
    services = replace(app[0], signer=SignsNothing())
    run_job(a_spec(), services)

    assert 200 == fetched(services, "predictions").status
    assert polled(services)["links"] is None
    with pytest.raises(ServiceUnavailable, match="Give the role"):
        listed(services)
