"""Deployments of all generations say the same, each in its own words."""

from typing import Any

import pytest

from shared.domain.errors import InvalidRequest
from shared.schemas.arm_deployments import read_deployment
from shared.schemas.az_yaml.deployment_file import (
    body_with_assets,
    deployment_changes,
    deployment_spec,
)
from shared.schemas.az_yaml.document import load_file
from shared.schemas.az_yaml.files import AssetFile, LocalPath
from tests.schemas.az_yaml.project import (
    CLASSIC_DEPLOYMENT,
    CONDA,
    GA_DEPLOYMENT,
    MODEL_DEPLOYMENT,
    PREVIEW_DEPLOYMENT,
    Write,
)

SETTINGS = {
    "maxConcurrencyPerInstance": 2,
    "miniBatchSize": 10,
    "outputAction": "AppendRow",
    "outputFileName": "predictions.csv",
    "retrySettings": {"maxRetries": 3, "timeout": "PT30S"},
    "errorThreshold": -1,
    "loggingLevel": "Info",
    "resources": {"instanceCount": 2},
}
SMALL = "name: digits\nmodel: azureml:digits:1\n"


@pytest.mark.parametrize("text", [GA_DEPLOYMENT, CLASSIC_DEPLOYMENT, MODEL_DEPLOYMENT])
def test_the_forms_of_2021_and_of_today_say_the_same(write: Write, text: str) -> None:
    path = write(text)

    spec = deployment_spec(load_file(path))

    variables = {} if text is GA_DEPLOYMENT else {"environmentVariables": {"LEVEL": "1"}}
    assert {"tags": {}, "properties": SETTINGS | variables} == spec.body
    assert ("digits-endpoint", "digits") == (spec.endpoint, spec.name)
    assert "azureml:cpu-cluster" == spec.compute
    assert isinstance(spec.model, AssetFile)
    assert isinstance(spec.model.path, LocalPath)
    assert path.parent.resolve() / "digits" == spec.model.path.path
    assert {"properties": {"modelType": "custom_model"}} == spec.model.body
    assert isinstance(spec.code, LocalPath)
    assert path.parent.resolve() / "code" == spec.code.path
    assert "score.py" == spec.scoring_script


def test_the_preview_has_its_compute_and_environment_in_mappings(write: Write) -> None:
    spec = deployment_spec(load_file(write(PREVIEW_DEPLOYMENT)))

    assert "azureml:cpu-cluster" == spec.compute
    assert {"resources": {"instanceCount": 1}} == spec.body["properties"]
    assert isinstance(spec.environment, AssetFile)
    assert ("digits-env", "1") == (spec.environment.name, spec.environment.version)
    image = "mcr.microsoft.com/azureml/openmpi3.1.2-ubuntu18.04"
    expected = {"image": image, "condaFile": CONDA, "osType": "Linux"}
    assert {"properties": expected} == spec.environment.body


def test_what_the_loader_writes_is_what_the_service_reads(write: Write) -> None:
    spec = deployment_spec(load_file(write(MODEL_DEPLOYMENT)))

    body = body_with_assets(
        spec, model="azureml:digits:1", code="azureml:code:1", environment="azureml:env:1"
    )

    settings = read_deployment("digits-endpoint", spec.name, body).settings
    assert (10, 2, 2) == (
        settings.mini_batch_size,
        settings.instance_count,
        settings.max_concurrency_per_instance,
    )
    assert {"LEVEL": "1"} == settings.environment_variables


@pytest.mark.parametrize(
    "reference",
    [
        "azureml:digits:1",
        "azureml:digits@latest",
        "/subscriptions/s/resourceGroups/g/providers/p/workspaces/w/models/digits/versions/1",
        "azureml:/subscriptions/s/resourceGroups/g/providers/p/workspaces/w/models/d/versions/1",
        "azureml://registries/azureml/models/digits/versions/1",
    ],
)
def test_a_reference_stays_as_it_is_written(write: Write, reference: str) -> None:
    spec = deployment_spec(load_file(write(f"name: digits\nmodel: {reference}\n")))

    assert reference == spec.model


def test_numbers_may_be_written_as_texts(write: Write) -> None:
    spec = deployment_spec(load_file(write(f"{SMALL}mini_batch_size: '7'\n")))

    assert 7 == spec.body["properties"]["miniBatchSize"]


def test_a_name_and_a_version_alone_are_a_reference(write: Write) -> None:
    text = "name: digits\nmodel: {name: digits, version: 1.10}\n"

    assert "azureml:digits:1.10" == deployment_spec(load_file(write(text))).model


def test_a_model_may_be_a_path_and_a_conda_file_an_environment(write: Write) -> None:
    text = "name: digits\nmodel: file:./fares\nenvironment: file:environment/conda.yml\n"

    spec = deployment_spec(load_file(write(text)))

    assert isinstance(spec.model, AssetFile)
    assert {"modelType": "mlflow_model"} == spec.model.body["properties"]
    assert isinstance(spec.environment, AssetFile)
    assert CONDA == spec.environment.body["properties"]["condaFile"]


def test_a_conda_file_may_be_written_inline(write: Write) -> None:
    text = f"{SMALL}environment:\n  image: any\n  conda_file:\n    dependencies: [python=3.10]\n"

    environment: Any = deployment_spec(load_file(write(text))).environment

    assert {"dependencies": ["python=3.10"]} == environment.body["properties"]["condaFile"]


@pytest.mark.parametrize("text", [SMALL, f"{SMALL}type: model\n"])
@pytest.mark.parametrize("prefix", ["", "settings."])
def test_set_finds_settings_wherever_the_file_has_them(
    write: Write, text: str, prefix: str
) -> None:
    changes = [f"{prefix}retry_settings.max_retries=1", f"{prefix}mini_batch_size=3"]

    properties = deployment_spec(load_file(write(text), changes)).body["properties"]

    assert {"miniBatchSize": 3, "retrySettings": {"maxRetries": 1}} == properties


def test_a_file_of_changes_may_leave_out_anything(write: Write) -> None:
    spec = deployment_changes(load_file(write("name: digits\ntags: {team: wine}\n")))

    assert {"tags": {"team": "wine"}, "properties": {}} == spec.body
    assert spec.model is None


def test_instances_are_said_once(write: Write) -> None:
    text = (
        f"{SMALL}type: model\nresources: {{instance_count: 1}}\nsettings: {{instance_count: 2}}\n"
    )

    with pytest.raises(InvalidRequest, match=r"line 5.*say the same. Write one of them."):
        deployment_spec(load_file(write(text)))
