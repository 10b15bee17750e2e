"""Computes in ARM JSON: defaults, ranges, and what is refused."""

import json
from typing import Any

import pytest

from shared.domain.errors import InvalidRequest
from shared.schemas.arm_computes import read_compute, write_compute

SCALE = {"minNodeCount": 0, "maxNodeCount": 4, "nodeIdleTimeBeforeScaleDown": "PT2M"}


def a_body(inner: Any, **outer: Any) -> Any:
    return {"properties": {"computeType": "AmlCompute", "properties": inner, **outer}}


def written(body: Any) -> Any:
    return write_compute(read_compute("cpu", body), location="here", created="c", modified="m")


def test_what_the_official_client_puts_is_read_back() -> None:
    """With a password, which is not kept."""
    body = a_body(
        {
            "vmSize": "STANDARD_D2_V2",
            "vmPriority": "LowPriority",
            "scaleSettings": SCALE,
            "osType": "Linux",
            "enableNodePublicIp": True,
            "remoteLoginPortPublicAccess": "NotSpecified",
            "userAccountCredentials": {"adminUserName": "ada", "adminUserPassword": "secret!"},
            "subnet": {"id": "/subscriptions/x"},
        },
        disableLocalAuth=True,
        description="d",
    ) | {"location": "here", "tags": {"a": "b"}, "identity": {"type": "SystemAssigned"}}

    answer = written(body)

    assert "STANDARD_D2_V2" == answer["properties"]["vmSize"]
    assert "LowPriority" == answer["properties"]["vmPriority"]
    assert {**SCALE, "nodeIdleTimeBeforeScaleDown": "PT120S"} == answer["properties"][
        "scaleSettings"
    ]
    assert ("AmlCompute", "Succeeded", "d") == (
        answer["computeType"],
        answer["provisioningState"],
        answer["description"],
    )
    assert "secret!" not in json.dumps(answer)
    assert {"id": "/subscriptions/x"} == answer["properties"]["subnet"]
    assert {"adminUserName": "ada"} == answer["properties"]["userAccountCredentials"]
    assert read_compute("cpu", body) == read_compute("cpu", body | {"properties": answer})


def test_azure_mls_defaults_apply() -> None:
    answer = written(a_body({"scaleSettings": {"maxNodeCount": "1"}}))["properties"]

    assert "Standard_DS3_v2" == answer["vmSize"]
    assert "Dedicated" == answer["vmPriority"]
    assert {
        "minNodeCount": 0,
        "maxNodeCount": 1,
        "nodeIdleTimeBeforeScaleDown": "PT120S",
    } == answer["scaleSettings"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (a_body({}), ["maxNodeCount", "missing"]),
        (a_body({"scaleSettings": {"maxNodeCount": -1}}), ["maxNodeCount", "-1"]),
        (
            a_body({"scaleSettings": {"minNodeCount": 3, "maxNodeCount": 2}}),
            ["minNodeCount is 3", "maxNodeCount 2"],
        ),
        (a_body({"scaleSettings": {"maxNodeCount": 1, "maxNode": 2}}), ["maxNode"]),
        (a_body({"vmPriority": "Cheap", "scaleSettings": SCALE}), ["Cheap", "LowPriority"]),
        ({"properties": {"computeType": "computeinstance"}}, ["ComputeInstance", "AmlCompute"]),
        ({"properties": {"computeType": "Abacus"}}, ["Abacus"]),
        ({"properties": {}}, ["computeType", "missing"]),
        (
            a_body({"scaleSettings": {**SCALE, "nodeIdleTimeBeforeScaleDown": "soon"}}),
            ["nodeIdleTimeBeforeScaleDown", "soon"],
        ),
    ],
)
def test_a_wrong_compute_is_refused_in_words(body: Any, words: list[str]) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_compute("cpu", body)

    for word in words:
        assert word in str(refusal.value)


@pytest.mark.parametrize("name", ["a", "1cpu", "cpu-", "my_cpu", "c" * 33, ""])
def test_a_name_that_azure_would_not_take_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match="not a name for a compute"):
        read_compute(name, a_body({"scaleSettings": SCALE}))
