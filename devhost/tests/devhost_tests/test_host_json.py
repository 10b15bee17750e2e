"""host.json and local.settings.json: what is honoured, what is named, what is refused."""

import json
import logging
import os
from datetime import timedelta
from pathlib import Path

import pytest

from devhost.host_errors import AppRefused
from devhost.host_json import HostSettings, parse_host_json, read_host_json, with_overrides
from devhost.local_settings import load_local_settings


def test_an_empty_host_json_means_the_real_hosts_defaults() -> None:
    settings = parse_host_json({"version": "2.0"})

    cap = 10 * (os.cpu_count() or 1)
    expected = HostSettings("api", "TestHubName", cap, cap, cap, timedelta(minutes=30))
    assert expected == settings


def test_what_host_json_says_is_honoured() -> None:
    settings = parse_host_json(
        {
            "functionTimeout": "01:02:03",
            "logging": {"logLevel": {"default": "warning", "Function.x": "None"}},
            "extensions": {
                "http": {"routePrefix": "/v1/"},
                "durableTask": {
                    "hubName": "Mine",
                    "maxConcurrentActivityFunctions": 3,
                    "maxConcurrentOrchestratorFunctions": 4,
                    "maxConcurrentEntityFunctions": 5,
                    "storageProvider": {"maxQueuePollingInterval": "00:00:01"},
                },
            },
            "extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle"},
        }
    )

    timeout = timedelta(hours=1, minutes=2, seconds=3)
    levels = {"default": logging.WARNING, "Function.x": logging.CRITICAL + 10}
    assert HostSettings("v1", "Mine", 3, 4, 5, timeout, levels) == settings


@pytest.mark.parametrize("text", ["-1", "-00:00:01", -1])
def test_a_negative_timeout_means_none(text: object) -> None:
    assert parse_host_json({"functionTimeout": text}).function_timeout is None


def test_settings_that_are_not_understood_are_named_with_their_path() -> None:
    settings = parse_host_json(
        {
            "fancy": 1,
            "extensions": {
                "http": {"routePrefix": "", "dynamicThrottlesEnabled": True},
                "durableTask": {"maxConcurrentActivityFunction": 5},
                "queues": {"batchSize": 3},
            },
        }
    )

    expected = (
        "fancy",
        "extensions.http.dynamicThrottlesEnabled",
        "extensions.durableTask.maxConcurrentActivityFunction",
        "extensions.queues",
    )
    assert expected == settings.not_understood


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"functionTimeout": "5 minutes"}, "functionTimeout"),
        ({"logging": {"logLevel": {"default": "loud"}}}, "loud"),
        ({"extensions": {"durableTask": {"maxConcurrentActivityFunctions": 0}}}, "Activity"),
        ({"extensions": {"durableTask": {"maxConcurrentEntityFunctions": "9"}}}, "Entity"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(
    document: dict[str, object], named: str
) -> None:
    with pytest.raises(AppRefused, match=named):
        parse_host_json(document)


def test_a_folder_without_host_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AppRefused, match="has no host"):
        read_host_json(tmp_path)


def test_a_host_json_that_is_not_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text("{")

    with pytest.raises(AppRefused, match="not JSON"):
        read_host_json(tmp_path)


def test_local_settings_fill_the_environment_and_never_overwrite_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVHOST_TEST_OLD", "environment")
    monkeypatch.setenv("DEVHOST_TEST_NEW", "")
    monkeypatch.delenv("DEVHOST_TEST_NEW")
    values = {"DEVHOST_TEST_OLD": "file", "DEVHOST_TEST_NEW": True}
    (tmp_path / "local.settings.json").write_text(json.dumps({"Values": values}))

    added = load_local_settings(tmp_path)

    assert ["DEVHOST_TEST_NEW"] == added
    assert "environment" == os.environ["DEVHOST_TEST_OLD"]
    assert "true" == os.environ["DEVHOST_TEST_NEW"]


def test_app_settings_win_over_host_json_whatever_their_case() -> None:
    document = {"extensions": {"durableTask": {"hubName": "File"}}}
    settings = {
        "AZUREFUNCTIONSJOBHOST__Extensions__DurableTask__HubName": "Setting",
        "AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions": "7",
        "AzureFunctionsJobHost__functionTimeout": "00:00:09",
        "Other__extensions__durableTask__hubName": "Nobody",
    }

    merged = parse_host_json(with_overrides(document, settings))

    expected = ("Setting", 7, timedelta(seconds=9))
    assert expected == (merged.hub_name, merged.max_activities, merged.function_timeout)
    assert {"extensions": {"durableTask": {"hubName": "File"}}} == document
