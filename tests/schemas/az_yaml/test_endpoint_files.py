"""Endpoints of 2021 and of today, and what `invoke --file` says."""

from typing import Any

import pytest

from shared.domain.errors import InvalidRequest
from shared.schemas.arm_endpoints import read_endpoint
from shared.schemas.az_yaml.document import load_file
from shared.schemas.az_yaml.endpoint_file import endpoint_spec, read_traffic
from shared.schemas.az_yaml.files import LocalPath
from shared.schemas.az_yaml.invocation_file import invocation_spec
from shared.schemas.az_yaml.nodes import FLAGS
from tests.schemas.az_yaml.project import PREVIEW_ENDPOINT, Write

TODAY = """\
$schema: https://azuremlschemas.azureedge.net/latest/batchEndpoint.schema.json
name: wine
description: Wines
tags:
  team: wine
  year: 2021
auth_mode: aad_token
"""
PLACE = "azureml://datastores/workspaceblobstore/paths/in"


def test_an_endpoint_of_today_is_what_the_service_reads(write: Write) -> None:
    spec = endpoint_spec(load_file(write(f"{TODAY}defaults:\n  deployment_name: main\n")))

    endpoint = read_endpoint(spec.name, spec.body)

    assert ("wine", "Wines") == (endpoint.name, endpoint.description)
    assert {"team": "wine", "year": "2021"} == endpoint.tags
    assert ("main", ()) == (spec.default, spec.deployments)


def test_an_endpoint_of_the_preview_brings_its_deployments_and_traffic(write: Write) -> None:
    spec = endpoint_spec(load_file(write(PREVIEW_ENDPOINT)))

    assert {"first": 100, "second": 0} == spec.traffic
    assert "first" == spec.default
    (deployment,) = spec.deployments
    assert "first" == deployment.name
    expected: Any = {
        "miniBatchSize": 10,
        "outputFileName": "predictions.csv",
        "retrySettings": {"maxRetries": 3, "timeout": "PT30S"},
        "errorThreshold": -1,
        "loggingLevel": "Info",
        "resources": {"instanceCount": 5},
    }
    assert expected == deployment.body["properties"]


def test_an_endpoint_of_the_preview_may_name_its_deployments_by_keys(write: Write) -> None:
    text = (
        "name: wine\ntype: batch\ntraffic: {first: 100}\ndeployments:\n"
        "  first: {model: azureml:wine:1}\n  second: {name: own, model: azureml:wine:2}\n"
    )

    spec = endpoint_spec(load_file(write(text)))

    assert ["first", "own"] == [deployment.name for deployment in spec.deployments]


@pytest.mark.parametrize(
    ("deployments", "why"),
    [
        ("first", r"'deployments' is 'first', not a list of deployments, or names with"),
        ("{a.b: {model: azureml:wine:1}}", r"line 3, column 15: .*'a.b' is not a name"),
        ("{first: azureml:wine:1}", r"line 3, column 22: .*'deployments.first'"),
    ],
)
def test_other_deployments_of_the_preview_are_refused_where_they_are_wrong(
    write: Write, deployments: str, why: str
) -> None:
    text = f"name: wine\ntype: batch\ndeployments: {deployments}\n"

    with pytest.raises(InvalidRequest, match=why):
        endpoint_spec(load_file(write(text)))


def test_traffic_may_be_percent() -> None:
    assert {"a": 100, "b": 0} == read_traffic({"a": "100%", "b": "0"}, FLAGS)


def test_an_endpoint_may_come_from_flags_alone() -> None:
    spec = endpoint_spec(load_file(None, ["tags.team=wine"], {"name": "wine"}))

    assert ("wine", {"team": "wine"}) == (spec.name, spec.body["tags"])


def test_flags_win_over_the_file_and_set_over_flags(write: Write) -> None:
    path = write(TODAY)

    assert "red" == endpoint_spec(load_file(path, (), {"name": "red"})).name
    assert "rose" == endpoint_spec(load_file(path, ["name=rose"], {"name": "red"})).name
    assert "wine" == endpoint_spec(load_file(path, (), {"name": None})).name


def test_an_invocations_file_has_inputs_outputs_and_settings(write: Write) -> None:
    text = (
        f"inputs:\n  a: {{type: uri_file, path: '{PLACE}'}}\n  b: ./code\n"
        f"outputs: {{score: {{type: uri_file, path: '{PLACE}/p.csv'}}}}\n"
        "mini_batch_size: 5\nretry_settings: {max_retries: 1}\nresources: {instance_count: 2}\n"
    )

    spec = invocation_spec(load_file(write(text), ["experiment_name=e", "inputs.a.path=code"]))

    first, second = spec.inputs
    assert ("a", "UriFile") == (first.name, first.kind)
    assert isinstance(first.path, LocalPath)
    assert isinstance(second.path, LocalPath)
    assert first.path.path == second.path.path
    assert [("score", f"{PLACE}/p.csv")] == [(one.name, one.path) for one in spec.outputs]
    assert {
        "miniBatchSize": 5,
        "retrySettings": {"maxRetries": 1},
        "compute": {"instanceCount": 2},
        "properties": {"experimentName": "e"},
    } == spec.overrides


def test_an_input_says_which_files_count(write: Write) -> None:
    """One glob may stand alone, and what `--set` says is the same."""
    text = (
        f"inputs:\n  a:\n    path: '{PLACE}'\n    include: '**/*.csv'\n    exclude: [x, y/*]\n"
        "    changed_since: 2026-11-01T00:00:00Z\n    newest: 5\n"
    )

    one = invocation_spec(load_file(write(text), ["inputs.a.include=*.json"])).inputs[0]
    other = invocation_spec(load_file(write(f"inputs: {{a: {{path: '{PLACE}', manifest: true}}}}")))

    assert {
        "include": ["*.json"],
        "exclude": ["x", "y/*"],
        "changedSince": "2026-11-01T00:00:00Z",
        "newest": 5,
    } == one.choice
    assert {"manifest": True} == other.inputs[0].choice


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("inputs: {a: {path: /, newest: 0}}", r"'inputs.a.newest' is '0', not a whole number"),
        ("inputs: {a: {path: /, includes: x}}", r"Did you mean 'include'"),
        ("outputs: {a: {path: x, include: y}}", r"'outputs.a.include' is not a key here"),
        ("inputs: {a: {type: uri_file}}", r"'inputs.a.path' is missing"),
        ("inputs: {a: nowhere}", r"line 1, column 13: 'inputs.a.path' is 'nowhere'"),
        ("inputs: [a]", r"'inputs' is a list, not names, each with"),
        ("output_action: append_row", r"'output_action' is not a key here"),
    ],
)
def test_an_invocations_file_is_refused_where_it_is_wrong(
    write: Write, text: str, why: str
) -> None:
    with pytest.raises(InvalidRequest, match=why):
        invocation_spec(load_file(write(text)))
