"""`init` and `doctor`: the files of a model, and what is wrong with them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.schemas.az_yaml.deployment_file import deployment_spec
from shared.schemas.az_yaml.document import load_file
from shared.schemas.az_yaml.endpoint_file import endpoint_spec
from shared.schemas.az_yaml.files import AssetFile, LocalPath
from tests.cli.entry import alone, take_sign_ins, token
from tests.support.refusals import is_refused
from tests.support.stub_service import ROOT, Done, StubService, stub_service

MODEL = ROOT / "examples/sdk/taxi/model"
SCRIPT = "def init():\n    pass\n\n\ndef run(mini_batch):\n    return mini_batch\n"
MLMODEL: dict[str, Any] = {
    "flavors": {"python_function": {"loader_module": "mlflow.sklearn", "model_path": "model.pkl"}},
    "signature": {"inputs": '[{"name": "x", "type": "double"}]'},
}


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        running.on("GET", "/metadata/endpoints", [{"resourceManager": running.url}])
        yield take_sign_ins(running)


def model_folder(folder: Path, **changes: Any) -> Path:
    folder.mkdir()
    (folder / "MLmodel").write_text(yaml.safe_dump(MLMODEL | changes))
    (folder / "model.pkl").write_bytes(b"")
    (folder / "requirements.txt").write_text("numpy>=1\n")
    return folder


def wrong(done: Done) -> list[str]:
    """The checks that found something wrong; each has its fix."""
    found = [one for one in done.answer if one["status"] == "wrong"]
    assert all(one["fix"] for one in found)
    assert (1 if found else 0) == done.code
    return [one["check"] for one in found]


def test_init_writes_files_that_the_loader_takes(service: StubService, tmp_path: Path) -> None:
    """From a folder with a space in its name, into another one; the paths lead to the model."""
    model = model_folder(tmp_path / "my model 1")

    done = alone(service, tmp_path, "init", str(model), "-o", "new/files")

    assert {"endpoint", "deployment"} == done.answer.keys()
    endpoint = endpoint_spec(load_file(tmp_path / done.answer["endpoint"]))
    deployment = deployment_spec(load_file(tmp_path / done.answer["deployment"]))
    assert ("my-model-1", "my-model-1", "main") == (
        endpoint.name,
        deployment.endpoint,
        deployment.name,
    )
    assert isinstance(deployment.model, AssetFile)
    assert isinstance(deployment.model.path, LocalPath)
    assert model == deployment.model.path.path


def test_init_names_the_script_and_its_conda_file(service: StubService, tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(SCRIPT)
    (tmp_path / "conda.yml").write_text("dependencies: [python=3.13]\n")

    done = alone(service, tmp_path, "init", ".", "--out", "files")

    deployment = deployment_spec(load_file(tmp_path / done.answer["deployment"]))
    assert "score.py" == deployment.scoring_script
    assert isinstance(deployment.environment, AssetFile)
    assert "python=3.13" in deployment.environment.body["properties"]["condaFile"]


def test_init_overwrites_nothing(service: StubService, tmp_path: Path) -> None:
    (tmp_path / "deployment.yml").write_text("mine")

    done = alone(service, tmp_path, "init", str(MODEL))

    assert is_refused(done, code=2)
    assert "'deployment.yml' is there already" in done.stderr
    assert "mine" == (tmp_path / "deployment.yml").read_text()
    assert not (tmp_path / "endpoint.yml").exists()


def test_a_model_in_order_has_nothing_wrong(service: StubService, tmp_path: Path) -> None:
    done = alone(service, tmp_path, "doctor", str(model_folder(tmp_path / "model")))

    assert [] == wrong(done)
    assert {"MLmodel", "flavor", "signature", "packages"} == {one["check"] for one in done.answer}


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"flavors": {"sklearn": {}}}, "flavor"),
        ({"flavors": None}, "MLmodel"),
        (
            {"flavors": {"python_function": {"loader_module": "m", "model_path": "gone.pkl"}}},
            "flavor",
        ),
        ({"signature": {"inputs": "[{"}}, "signature"),
    ],
)
def test_what_is_wrong_with_a_model_has_its_fix(
    service: StubService, tmp_path: Path, changes: dict[str, Any], check: str
) -> None:
    done = alone(service, tmp_path, "doctor", str(model_folder(tmp_path / "model", **changes)))

    assert [check] == wrong(done)


def test_packages_that_are_not_here_are_a_note_and_bad_lines_are_wrong(
    service: StubService, tmp_path: Path
) -> None:
    model = model_folder(tmp_path / "model")
    (model / "requirements.txt").write_text("mlflow>=3\nnumpy==1.0.0\n")
    noted = alone(service, tmp_path, "doctor", str(model))
    (model / "requirements.txt").write_text("numpy = 1\n")
    broken = alone(service, tmp_path, "doctor", str(model))

    assert [] == wrong(noted)
    (packages,) = (one for one in noted.answer if one["status"] == "note")
    assert "does not have numpy==1.0.0 (" in packages["finding"]
    assert ["packages"] == wrong(broken)


def test_a_script_without_run_or_with_a_syntax_error_is_wrong(
    service: StubService, tmp_path: Path
) -> None:
    script = tmp_path / "score.py"
    for text in ("def init():\n    pass\n", "def run(:\n"):
        script.write_text(text)
        assert ["script"] == wrong(alone(service, tmp_path, "doctor", "."))
    script.write_text(SCRIPT)
    assert [] == wrong(alone(service, tmp_path, "doctor", "."))


def test_a_deployment_file_is_read_to_the_model_that_it_names(
    service: StubService, tmp_path: Path
) -> None:
    model_folder(tmp_path / "model", flavors={"sklearn": {}})
    file = tmp_path / "deployment.yml"
    file.write_text("name: main\nendpoint_name: wines\nmodel:\n  path: ./model\n")
    of_the_model = alone(service, tmp_path, "doctor", "deployment.yml")
    file.write_text("name: main\nendpoint_name: wines\nmodle: azureml:m:1\n")
    of_the_file = alone(service, tmp_path, "doctor", "deployment.yml")

    assert ["flavor"] == wrong(of_the_model)
    assert ["file"] == wrong(of_the_file)
    assert "line 3" in of_the_file.answer[0]["finding"]


def test_a_service_that_answers_and_takes_the_token_is_in_order(
    service: StubService, tmp_path: Path
) -> None:
    done = alone(
        service,
        tmp_path,
        "doctor",
        "--url",
        service.url,
        BEP_TOKEN=token(aud="https://ml.azure.com"),
    )

    assert [] == wrong(done)
    assert {"address", "token", "access"} == {one["check"] for one in done.answer}


def test_what_is_wrong_with_a_token_is_reported_by_its_claims(
    service: StubService, tmp_path: Path
) -> None:
    words = ("doctor", "--url", service.url)
    expired = alone(service, tmp_path, *words, BEP_TOKEN=token(lifetime_s=-60))
    none = alone(service, tmp_path, *words, BEP_TOKEN="secret")
    reader = alone(service, tmp_path, *words, BEP_TOKEN=token(aud="api://x", roles=["reader"]))

    assert ["token"] == wrong(expired)
    assert ["token"] == wrong(none)
    assert "secret" not in none.stdout + none.stderr
    notes = {one["check"]: one["finding"] for one in reader.answer if one["status"] == "note"}
    assert {
        "audience": "The token is for 'api://x'.",
        "role": "The token's role is reader.",
    } == notes


def test_an_address_of_something_else_is_wrong(service: StubService, tmp_path: Path) -> None:
    service.on("GET", "/metadata/endpoints", {"hello": "world"})

    done = alone(service, tmp_path, "doctor", "--url", service.url, BEP_TOKEN=token())

    assert "address" in wrong(done)


def test_what_is_neither_a_model_nor_a_file_is_refused(
    service: StubService, tmp_path: Path
) -> None:
    for target in ("nope", "."):
        assert is_refused(alone(service, tmp_path, "doctor", target), code=2)
