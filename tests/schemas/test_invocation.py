"""Invocations: today's body and the article's, with every override the SDK sends."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.asset import DataType
from shared.domain.deployment import BatchSettings
from shared.domain.errors import InvalidRequest
from shared.schemas.invocation import read_invocation
from tests.schemas.test_fields import JSON_VALUES

URI = "azureml://datastores/workspaceblobstore/paths/data"


def today(**more: Any) -> dict[str, Any]:
    given = {"heart": {"jobInputType": "UriFolder", "uri": URI}}
    return {"properties": {"inputData": given, **more}}


def read(body: Any) -> Any:
    return read_invocation(body, BatchSettings(mini_batch_size=7))


def test_what_is_not_overridden_stays_as_deployed() -> None:
    assert BatchSettings(mini_batch_size=7) == read(today()).settings


def test_pascal_case_is_read_like_camel_case() -> None:
    body = {"Properties": {"InputData": {"x": {"JobInputType": "UriFile", "Uri": URI}}}}

    invocation = read(body)

    assert (DataType.URI_FILE, URI) == (invocation.input_type, invocation.input_uri)


def test_every_override_of_the_sdk_is_read() -> None:
    invocation = read(
        today(
            outputData={"score": {"jobOutputType": "UriFile", "uri": f"{URI}/p.csv"}},
            compute={"isLocal": True, "instanceCount": 4},
            retrySettings={"maxRetries": 1, "timeout": "PT45S"},
            errorThreshold=5,
            miniBatchSize="20",
            outputFileName="x.csv",
            name="j1",
            properties={"experimentName": "e"},
        )
    )

    settings = invocation.settings
    assert (4, 1, 45) == (
        settings.instance_count,
        settings.retry_settings.max_retries,
        settings.retry_settings.timeout_s,
    )
    assert (5, 20, "x.csv") == (
        settings.error_threshold,
        settings.mini_batch_size,
        settings.output_file_name,
    )
    assert ("j1", "e", f"{URI}/p.csv") == (
        invocation.job_name,
        invocation.experiment,
        invocation.output_uri,
    )


@pytest.mark.parametrize(
    ("dataset", "uri"),
    [
        ({"dataInputType": "DataUrl", "Path": "https://h/c/p"}, "https://h/c/p"),
        (
            {"dataInputType": "DatasetVersion", "datasetName": "mnist", "datasetVersion": "1"},
            "azureml:mnist:1",
        ),
        ({"dataInputType": "DatasetId", "datasetId": "/subscriptions/x"}, "/subscriptions/x"),
    ],
)
def test_the_articles_inputs_are_read(dataset: dict[str, str], uri: str) -> None:
    assert uri == read({"properties": {"dataset": dataset}}).input_uri


def test_the_articles_output_is_read() -> None:
    dataset = {"dataInputType": "DataUrl", "path": "https://h/c/p"}
    output = {"datastoreId": "/subscriptions/s/datastores/workspaceblobstore", "path": "mine"}

    invocation = read(
        {
            "properties": {
                "dataset": dataset,
                "outputDataset": output,
                "outputFileName": "p1.csv",
            }
        }
    )

    assert "azureml://datastores/workspaceblobstore/paths/mine/p1.csv" == invocation.output_uri


def test_a_literal_input_is_refused_in_azure_mls_words() -> None:
    body = {"properties": {"inputData": {"x": {"jobInputType": "Literal", "value": 2}}}}

    with pytest.raises(InvalidRequest, match="LiteralJobInput' is not supported"):
        read(body)


def test_an_output_folder_is_refused_in_azure_mls_words() -> None:
    body = today(outputData={"o": {"jobOutputType": "uri_folder", "uri": URI}})

    with pytest.raises(InvalidRequest, match="Job output type must be 'uri_file'"):
        read(body)


def test_an_output_folder_is_one_where_predictions_are_several_files() -> None:
    layout = {"outputLayout": "per_input", "outputFormat": "jsonl"}
    body = today(outputData={"o": {"jobOutputType": "uri_folder", "uri": URI}}, properties=layout)

    assert URI == read(body).output_uri


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ([], ""),
        ({}, "properties.inputData"),
        ({"properties": 5}, "properties"),
        ({"properties": {"inputData": {}}}, "properties.inputData"),
        (today(inputData={"a": {"uri": URI}, "b": {"uri": URI}}), "properties.inputData"),
        (today(inputData={"a": {}}), "properties.inputData.a.uri"),
        (today(dataset={"path": URI}), "properties.inputData"),
        (today(miniBatchSize="many"), "properties.miniBatchSize"),
        (today(miniBatchSize=0), "properties.miniBatchSize"),
        (today(errorThreshold=-2), "properties.errorThreshold"),
        (today(retrySettings={"maxRetries": -1}), "properties.retrySettings.maxRetries"),
        (today(retrySettings={"timeout": "PT0S"}), "properties.retrySettings.timeout"),
        (today(retrySettings={"tries": 1}), "properties.retrySettings.tries"),
        (today(outputFileName="a/b"), "properties.outputFileName"),
        (today(name="bad name!"), "properties.name"),
        (today(compute={"instanceCount": 0}), "properties.compute.instanceCount"),
        (today(surprise=1), "properties.surprise"),
        ({**today(), "extra": 1}, "extra"),
    ],
)
def test_a_wrong_body_names_the_field(body: Any, target: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read(body)

    assert target == refusal.value.target
    assert refusal.value.fix


@given(JSON_VALUES, st.sampled_from(["inputData", "outputData", "compute", "retrySettings"]))
def test_no_json_breaks_the_reader(value: Any, field: str) -> None:
    for body in (value, {"properties": value}, today(**{field: value})):
        try:
            read(body)
        except InvalidRequest as refusal:
            assert str(refusal)  # noqa: PT017  # either it is read, or it is refused in words
