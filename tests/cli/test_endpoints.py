"""`bep batch-endpoint|batch-deployment|endpoint ...`: what is sent, and what is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.in_process import Bep
from tests.support.refusals import is_refused
from tests.support.stub_service import WORKSPACE, Reply, StubService, stub_service

ENDPOINT = f"{WORKSPACE}/batchEndpoints/wine"
ENDPOINT_DOCUMENT = {
    "id": ENDPOINT,
    "name": "wine",
    "location": "local",
    "tags": {"a": "b"},
    "properties": {
        "authMode": "aadToken",
        "description": "Wines",
        "defaults": {"deploymentName": "main"},
        "scoringUri": "http://x/jobs",
        "provisioningState": "Succeeded",
    },
}
DEPLOYMENT_DOCUMENT: dict[str, Any] = {
    "id": f"{ENDPOINT}/deployments/main",
    "name": "main",
    "systemData": {"createdAt": "2026-01-02T03:04:05Z", "createdBy": "me"},
    "tags": {},
    "properties": {
        "model": {"referenceType": "Id", "assetId": f"{WORKSPACE}/models/m/versions/1"},
        "codeConfiguration": {"codeId": "c", "scoringScript": "score.py"},
        "miniBatchSize": 10,
        "retrySettings": {"maxRetries": 3, "timeout": "PT30S"},
        "resources": {"instanceCount": 2},
        "outputAction": "SummaryOnly",
        "loggingLevel": "Info",
        "provisioningState": "Succeeded",
    },
}
JOB_DOCUMENT: Any = {
    "id": f"{ENDPOINT}/jobs/j",
    "name": "j",
    "properties": {"status": "NotStarted", "deploymentName": "main", "endpointName": "wine"},
    "services": {"Studio": {"jobServiceType": "Studio", "endpoint": "http://x/j"}},
}
PLACE = "azureml://datastores/workspaceblobstore/paths/in"


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        for method in ("GET", "PUT", "PATCH"):
            running.on(method, "batchEndpoints/wine", ENDPOINT_DOCUMENT)
            running.on(method, "batchEndpoints/wine/deployments/main", DEPLOYMENT_DOCUMENT)
        running.on("POST", "batchEndpoints/wine/jobs", Reply(JOB_DOCUMENT, 201))
        yield running


def sent(service: StubService, method: str) -> Any:
    """The body of the last request by this method."""
    return [one for one in service.seen if one.method == method][-1].body


INVOCATIONS: list[tuple[tuple[str, ...], Any, Any]] = [
    (("--input", PLACE), {"jobInputType": "UriFolder", "uri": PLACE}, {}),
    (
        ("--input", PLACE, "--input-type", "uri_file"),
        {"jobInputType": "UriFile", "uri": PLACE},
        {},
    ),
    (("--input-path", f"file:{PLACE}"), {"jobInputType": "UriFile", "uri": PLACE}, {}),
    (("--input-path", f"folder:{PLACE}"), {"jobInputType": "UriFolder", "uri": PLACE}, {}),
    (("--input", PLACE, "--input-type", "URI_FILE"), {"jobInputType": "UriFile", "uri": PLACE}, {}),
    (("--input", PLACE, "--input-type", "UriFile"), {"jobInputType": "UriFile", "uri": PLACE}, {}),
    (
        ("--input-path", "https://account/container/in"),
        {"jobInputType": "UriFolder", "uri": "https://account/container/in"},
        {},
    ),
    (
        ("--input-datastore", "azureml:workspaceblobstore", "--input-path", "in"),
        {"jobInputType": "UriFolder", "uri": PLACE},
        {},
    ),
    (("--input-data", "azureml:d:1"), {"jobInputType": "UriFolder", "uri": "azureml:d:1"}, {}),
    (("--input-dataset", "azureml:d:1"), {"jobInputType": "UriFolder", "uri": "azureml:d:1"}, {}),
    (
        ("--input", PLACE, "-m", "5", "-c", "2", "--job-name", "j", "--experiment-name", "e"),
        {"jobInputType": "UriFolder", "uri": PLACE},
        {
            "miniBatchSize": 5,
            "compute": {"instanceCount": 2},
            "name": "j",
            "properties": {"experimentName": "e"},
        },
    ),
    (
        ("--input", PLACE, "--output-format", "jsonl", "--output-carry", "all",
         "--set", "properties.outputLineage=file,row", "--experiment-name", "e"),
        {"jobInputType": "UriFolder", "uri": PLACE},
        {
            "properties": {
                "outputFormat": "jsonl",
                "outputCarry": "all",
                "outputLineage": "file,row",
                "experimentName": "e",
            },
        },
    ),
    (
        ("--input", PLACE, "--set", "output_file_name=p.csv", "--set", "retry_settings.timeout=9"),
        {"jobInputType": "UriFolder", "uri": PLACE},
        {"outputFileName": "p.csv", "retrySettings": {"timeout": "PT9S"}},
    ),
    (
        ("--input", PLACE, "--output-path", "azureml://datastores/d/paths/out/"),
        {"jobInputType": "UriFolder", "uri": PLACE},
        {"outputDataset": {"datastoreId": "d", "path": "out"}},
    ),
    (
        ("--input", PLACE, "--output-path", f"folder:{WORKSPACE}/datastores/d/paths/out"),
        {"jobInputType": "UriFolder", "uri": PLACE},
        {"outputDataset": {"datastoreId": "d", "path": "out"}},
    ),
    (
        ("--input", PLACE, "--output-datastore", "azureml:d", "--output-path", "out"),
        {"jobInputType": "UriFolder", "uri": PLACE},
        {"outputDataset": {"datastoreId": "d", "path": "out"}},
    ),
    (
        ("--input", PLACE, "--include", "*.csv", "--include", "b/**", "--exclude", "x*"),
        {
            "jobInputType": "UriFolder",
            "uri": PLACE,
            "include": ["*.csv", "b/**"],
            "exclude": ["x*"],
        },
        {},
    ),
    (
        ("--input", PLACE, "--changed-since", "j0", "--newest", "5"),
        {"jobInputType": "UriFolder", "uri": PLACE, "changedSince": "j0", "newest": "5"},
        {},
    ),
    (
        ("--set", f"inputs.input.path={PLACE}", "inputs.input.include=*.csv", "--newest", "5"),
        {"jobInputType": "UriFolder", "uri": PLACE, "include": ["*.csv"], "newest": "5"},
        {},
    ),
    (
        ("--inputs", f'{{"input": {{"path": "{PLACE}", "exclude": ["a", "b"], "newest": 2}}}}'),
        {"jobInputType": "UriFolder", "uri": PLACE, "exclude": ["a", "b"], "newest": 2},
        {},
    ),
    (
        ("--input", f"{PLACE}/l.txt", "--input-type", "uri_file", "--manifest"),
        {"jobInputType": "UriFile", "uri": f"{PLACE}/l.txt", "manifest": True},
        {},
    ),
    (
        ("--input", PLACE, "--outputs", f"score={PLACE}/p.csv"),
        {"jobInputType": "UriFolder", "uri": PLACE},
        {"outputData": {"score": {"jobOutputType": "UriFile", "uri": f"{PLACE}/p.csv"}}},
    ),
    (
        ("--input", PLACE, "--preflight", "--sample", "5", "--price-per-hour", "1.5"),
        {"jobInputType": "UriFolder", "uri": PLACE},
        {"preflight": True, "sample": 5, "pricePerHour": 1.5},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("words", "given", "more"), INVOCATIONS)
def test_invoke_sends_what_its_flags_say(
    service: StubService, bep: Bep, words: tuple[str, ...], given: Any, more: Any
) -> None:
    done = bep("batch-endpoint", "invoke", "-n", "wine", *words)

    assert 0 == done.code, done.stderr
    assert {"properties": {"inputData": {"input": given}, **more}} == sent(service, "POST")
    assert ("j", "NotStarted") == (done.answer["name"], done.answer["status"])
    assert "http://x/j" == done.answer["services"]["Studio"]["endpoint"]


def test_a_dry_run_prints_what_would_be_and_tells_problems_on_stderr(
    service: StubService, bep: Bep
) -> None:
    problem = {"code": "EmptyFile", "message": "1 files have no content.", "file": "a.csv"}
    files = {"total": 3, "bytes": 9, "mini_batches": 1}
    properties = {
        **DEPLOYMENT_DOCUMENT["properties"],
        "status": "Problems",
        "endpointName": "wine",
        "deploymentName": "main",
        "model": "m:1",
        "maxConcurrencyPerInstance": 1,
        "compute": {"instanceCount": 2},
        "parallelism": 2,
        "errorThreshold": -1,
        "outputData": {"score": {"uri": f"{PLACE}/p.csv"}},
        "files": files,
        "lookedAt": [],
        "problems": [problem],
    }
    service.on("POST", "batchEndpoints/wine/jobs", Reply({"properties": properties}, 200))

    done = bep("batch-endpoint", "invoke", "-n", "wine", "--input", PLACE, "--dry-run")

    assert 0 == done.code, done.stderr
    assert sent(service, "POST")["properties"]["dryRun"] is True
    assert ("Problems", files, [problem]) == tuple(
        done.answer[key] for key in ("status", "files", "problems")
    )
    assert "EmptyFile: 1 files have no content." in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--inputs", f"a={PLACE}", f"b={PLACE}"),
        ("--inputs", f'{{"a": {{"path": "{PLACE}"}}, "b": "{PLACE}"}}'),
        ("--file", "inputs.yml"),
        ("--set", f"inputs.a.path={PLACE}", "inputs.b.type=uri_folder", f"inputs.b.path={PLACE}"),
        ("--file", "inputs.yml", "--set", f"inputs.b.path={PLACE}"),
    ],
)
def test_several_inputs_are_sent_by_their_names(
    service: StubService, bep: Bep, tmp_path: Path, words: tuple[str, ...]
) -> None:
    text = f"inputs:\n  a: {{type: uri_folder, path: '{PLACE}'}}\n  b: {{path: '{PLACE}'}}\n"
    (tmp_path / "inputs.yml").write_text(text)

    bep("batch-endpoint", "invoke", "-n", "wine", "-d", "main", *words)

    expected = {"jobInputType": "UriFolder", "uri": PLACE}
    assert {"a": expected, "b": expected} == sent(service, "POST")["properties"]["inputData"]
    header = service.seen[-1].headers["azureml-model-deployment".title()]
    assert "main" == header


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "The job has no input. Write --input"),
        (("--input", "nowhere"), "'nowhere' is neither an address nor a path of this machine."),
        (("--input", PLACE, "--input-data", "azureml:d:1"), "--input and --input-data both name"),
        (("--input-data", "d:1"), "Did you mean azureml:d:1?"),
        (("--input-data", "<dataName>"), "'<dataName>' is a placeholder"),
        (("--input-data", "azureml:<dataName>:<dataVersion>"), "'<dataName>' is a placeholder"),
        (("--input-path", "folder:https://<account>/c"), "'<account>' is a placeholder"),
        (("--set", "a=1", "inputs.x.path=<folder>"), "'<folder>' is a placeholder"),
        (("--input-datastore", "azureml:d"), "--input-datastore needs a path in it."),
        (("--input", PLACE, "--input-type", "folder"), "--input-type 'folder' is no type"),
        (("--input", PLACE, "--output-path", "out"), "'out' is not a folder in a datastore."),
        (("--input", PLACE, "--set", "retry=1"), "'retry' is not a key here"),
        (("--input", PLACE, "--set", "mini_batch_size"), "has no key and value."),
        (("--input", PLACE, "-m", "many"), "'mini_batch_size' is 'many', not a whole number"),
        (("--inputs", "a"), "--inputs 'a' names nothing."),
        (("--inputs", "{a"), "--inputs is not JSON"),
        (("--input", "."), "has no file to upload"),
        (("--input", PLACE, "--price-per-hour", "2"), "there is no sample. Add --sample N."),
        (("--input", PLACE, "--type", "online"), "--type 'online' is no type of endpoint"),
        (("--file", "none.yml"), "'none.yml' cannot be read: No such file or directory."),
    ],
)
def test_an_invocation_that_cannot_be_meant_is_refused(
    service: StubService, bep: Bep, words: tuple[str, ...], why: str
) -> None:
    done = bep("batch-endpoint", "invoke", "-n", "wine", *words)

    assert is_refused(done, code=2)
    assert why in done.stderr
    assert not [one for one in service.seen if one.method == "POST"]
