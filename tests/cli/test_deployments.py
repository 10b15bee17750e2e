"""`bep batch-endpoint|batch-deployment|endpoint` create, update, show: what is sent and shown."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.console import Console
from cli.following.deployment import StageLines
from tests.cli.in_process import Bep, bep_here
from tests.cli.test_endpoints import DEPLOYMENT_DOCUMENT, ENDPOINT, ENDPOINT_DOCUMENT, sent
from tests.support.refusals import is_refused
from tests.support.stub_service import WORKSPACE, Reply, StubService, stub_service

DEPLOYMENT = "name: main\nendpoint_name: wine\nmodel: azureml:m:1\nmini_batch_size: 4\n"
SCRIPT = "code_configuration: {code: code, scoring_script: score.py}\n"


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        for method in ("GET", "PUT", "PATCH"):
            running.on(method, "batchEndpoints/wine", ENDPOINT_DOCUMENT)
            running.on(method, "batchEndpoints/wine/deployments/main", DEPLOYMENT_DOCUMENT)
        running.on("DELETE", "batchEndpoints/wine", Reply(None, 202, {"Location": "/gone"}))
        running.on("GET", "/gone", Reply(None, 202), Reply(None, 204))
        yield running


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "score.py").write_text("def run(files):\n    return [\n")
    (tmp_path / "main.yml").write_text(DEPLOYMENT)
    (tmp_path / "script.yml").write_text(DEPLOYMENT + SCRIPT)
    (tmp_path / "wrong.yml").write_text(f"{DEPLOYMENT}mini_batch_sise: 4\n")
    return tmp_path


@pytest.fixture
def bep(
    service: StubService,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Bep:
    return bep_here(service, project, monkeypatch, capsys)


def test_a_deployment_is_put_followed_and_made_the_default(service: StubService, bep: Bep) -> None:
    done = bep("batch-deployment", "create", "-f", "main.yml", "--set-default")

    assert 0 == done.code, done.stderr
    model = {"referenceType": "Id", "assetId": "azureml:m:1"}
    assert {"miniBatchSize": 4, "model": model} == sent(service, "PUT")["properties"]
    default = {"defaults": {"deploymentName": "main"}}
    assert {"properties": default} == sent(service, "PATCH")
    assert ("wine", "summary_only", 30) == (
        done.answer["endpoint_name"],
        done.answer["output_action"],
        done.answer["retry_settings"]["timeout"],
    )


def test_a_change_of_a_deployment_keeps_what_it_does_not_name(
    service: StubService, bep: Bep
) -> None:
    changes = ("--set", "retry_settings.max_retries=1", "resources.instance_count=5")

    bep("batch-deployment", "update", "-n", "main", "-e", "wine", *changes)

    properties = sent(service, "PUT")["properties"]
    before = DEPLOYMENT_DOCUMENT["properties"]
    assert {"maxRetries": 1, "timeout": "PT30S"} == properties.pop("retrySettings")
    assert {"instanceCount": 5} == properties.pop("resources")
    assert isinstance(before, dict)
    assert {key: before[key] for key in properties} == properties


def test_a_deployment_is_shown_as_az_shows_it(service: StubService, bep: Bep) -> None:
    done = bep("batch-deployment", "show", "-n", "main", "-e", "wine")

    assert {
        "id": f"{ENDPOINT}/deployments/main",
        "name": "main",
        "resourceGroup": "g",
        "code_configuration": {"code": "c", "scoring_script": "score.py"},
        "creation_context": {"created_at": "2026-01-02T03:04:05+00:00", "created_by": "me"},
        "endpoint_name": "wine",
        "environment_variables": {},
        "logging_level": "Info",
        "mini_batch_size": 10,
        "model": f"azureml:{WORKSPACE}/models/m/versions/1",
        "output_action": "summary_only",
        "properties": {},
        "provisioning_state": "Succeeded",
        "resources": {"instance_count": 2},
        "retry_settings": {"max_retries": 3, "timeout": 30},
        "tags": {},
    } == done.answer


def test_an_endpoint_has_traffic_for_who_speaks_as_in_2021(service: StubService, bep: Bep) -> None:
    show = ("endpoint", "show", "-n", "wine")

    assert {"main": 100} == bep(*show, "--type", "batch").answer["traffic"]
    assert "traffic" not in bep(*show).answer


def test_a_summary_needs_no_file_name(service: StubService, bep: Bep) -> None:
    properties = DEPLOYMENT_DOCUMENT["properties"]
    assert isinstance(properties, dict)
    appends = properties | {"outputAction": "AppendRow", "outputFileName": "p.csv"}
    deployment = DEPLOYMENT_DOCUMENT | {"properties": appends}
    service.on("GET", "batchEndpoints/wine/deployments/main", deployment)
    own = ("batch-deployment", "update", "-n", "main", "-e", "wine")

    bep(*own, "--set", "output_action=summary_only")
    summary = sent(service, "PUT")["properties"]
    bep(*own, "--set", "mini_batch_size=3")
    appended = sent(service, "PUT")["properties"]

    assert ("SummaryOnly", None) == (summary["outputAction"], summary.get("outputFileName"))
    assert ("AppendRow", "p.csv") == (appended["outputAction"], appended["outputFileName"])


@pytest.mark.parametrize(
    ("words", "default"),
    [
        (("endpoint", "update", "-n", "wine", "--traffic", "next:100"), "next"),
        (("endpoint", "update", "-n", "wine", "--traffic", "next:100,main:0"), "next"),
        (("endpoint", "update", "-n", "wine", "--traffic", "main=0", "next=100"), "next"),
        (("batch-endpoint", "update", "-n", "wine", "--defaults", "deployment_name=next"), "next"),
        (("batch-endpoint", "update", "-n", "wine", "--set", "defaults.deployment_name=d"), "d"),
        (("batch-endpoint", "update", "-n", "wine", "--set", "tags.team=wine"), "main"),
    ],
)
def test_the_default_deployment_is_switched_by_the_flags_of_every_generation(
    service: StubService, bep: Bep, words: tuple[str, ...], default: str
) -> None:
    done = bep(*words)

    assert 0 == done.code, done.stderr
    body = sent(service, "PUT")
    assert {"deploymentName": default} == body["properties"]["defaults"]
    assert "b" == body["tags"]["a"]


def test_a_deletion_is_waited_for(service: StubService, bep: Bep) -> None:
    done = bep("batch-endpoint", "delete", "-n", "wine", "--yes")

    assert (0, "") == (done.code, done.stdout)
    assert 2 == len(service.asked("/gone"))


def test_a_deletion_is_not_waited_for_with_no_wait(service: StubService, bep: Bep) -> None:
    bep("batch-endpoint", "delete", "-n", "wine", "--yes", "--no-wait")

    assert not service.asked("/gone")


CREATE = ("batch-deployment", "create")


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        ((*CREATE, "-f", "wrong.yml"), 2, "wrong.yml, line 5, column 1: 'mini_batch_sise' is not"),
        ((*CREATE, "-f", "none.yml"), 2, "'none.yml' cannot be read"),
        ((*CREATE, "-f", "script.yml"), 2, "code/score.py, line 2: The scoring script cannot be"),
        ((*CREATE, "-f", "main.yml", "-e", "none"), 3, "batchEndpoints/none'"),
        ((*CREATE, "-f", "main.yml", "--set", "endpoint_name="), 2, "name of the deployment's en"),
        (("batch-deployment", "update", "-n", "main", "-e", "wine"), 2, "Nothing is to be changed"),
        (("batch-deployment", "show", "-n", "none", "-e", "wine"), 3, "deployments/none'"),
        (("batch-endpoint", "create"), 2, "Neither the file nor a flag says the name of the end"),
        (("batch-endpoint", "show", "-n", "none"), 3, "There is no '/subscriptions"),
        (("batch-endpoint", "update", "-n", "wine", "--defaults", "x=y"), 2, "'x' is not a def"),
        (("endpoint", "update", "-n", "wine", "--traffic", "main:50"), 2, "goes to one deployment"),
        (("endpoint", "update", "-n", "wine", "--traffic", "main:0"), 2, "gives 100 to no deploym"),
        (("endpoint", "update", "-n", "wine", "--traffic", "main"), 2, "'main' is not a name with"),
        (("endpoint", "show", "-n", "wine", "-t", "online"), 2, "--type 'online' is no type of"),
        (("batch-endpoint", "delete", "-n", "wine"), 1, "Unable to prompt"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(
    service: StubService, bep: Bep, words: tuple[str, ...], code: int, why: str
) -> None:
    done = bep(*words)

    assert why in done.stderr
    assert is_refused(done, code=code)
    assert not [one for one in service.seen if one.method in {"PUT", "DELETE"}]


def test_a_script_that_only_its_own_python_reads_is_not_looked_at(
    service: StubService, bep: Bep
) -> None:
    done = bep(*CREATE, "-f", "script.yml", "--skip-script-validation")

    assert "cannot be read" not in done.stderr


def test_a_stage_is_one_line_however_long_its_detail() -> None:
    stream = io.StringIO()
    detail = "95 packages: aiohttp, \n...\nyarl, zipp"
    stage = {"name": "InstallingPackages", "detail": detail, "elapsedSeconds": 1, "totalSeconds": 2}

    StageLines("main", Console(stream)).show(stage)

    shown = "main: installing packages: 95 packages: aiohttp, ... yarl, zipp\n"
    assert shown == stream.getvalue()
