"""Settings that contradict each other, a plan, a slot: said when the app is loaded."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.surroundings import (
    HUB,
    REFUSED_ON_FLEX,
    SET_BY_FLEX,
    Contradiction,
    check,
)

ROOT = Path(__file__).parent.parent
SAMPLE: Mapping[str, str] = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
URL = "https://mine.blob.core.windows.net"
KEY = "DefaultEndpointsProtocol=https;AccountName=mine;AccountKey=c2VjcmV0"
IDENTITY = {"AzureWebJobsStorage__accountName": "mine", "STORAGE_ACCOUNT_URL": URL}
FLEX = {**IDENTITY, "WEBSITE_SKU": "FlexConsumption", "INBOX_TRIGGER": "event_grid"}


def load(**settings: str) -> "subprocess.CompletedProcess[str]":
    """The app, loaded by a process of its own as the worker does."""
    return subprocess.run(
        [sys.executable, "-c", "import function_app"],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_sample_is_fine_on_a_machine_of_ones_own() -> None:
    assert () == check(SAMPLE)


def test_identity_for_everything_is_fine_on_azure() -> None:
    assert () == check({**IDENTITY, "WEBSITE_INSTANCE_ID": "1"})


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (
            {"STORAGE_CONNECTION_STRING": "UseDevelopmentStorage=true", "STORAGE_ACCOUNT_URL": URL},
            ("STORAGE_CONNECTION_STRING (UseDevelopmentStorage=true)", "STORAGE_ACCOUNT_URL"),
        ),
        (
            {"STORAGE_CONNECTION_STRING": KEY, "STORAGE_ACCOUNT_URL": URL},
            ("STORAGE_CONNECTION_STRING (a connection string)", "STORAGE_ACCOUNT_URL"),
        ),
        (
            {"AzureWebJobsStorage": KEY, "AzureWebJobsStorage__accountName": "mine"},
            ("AzureWebJobsStorage", "AzureWebJobsStorage__accountName"),
        ),
        (
            {
                "STORAGE_CONNECTION_STRING": "UseDevelopmentStorage=true;",
                "WEBSITE_INSTANCE_ID": "1",
            },
            ("STORAGE_CONNECTION_STRING", "WEBSITE_INSTANCE_ID", "STORAGE_ACCOUNT_URL"),
        ),
        (
            {"AzureWebJobsStorage": "UseDevelopmentStorage=true", "CONTAINER_APP_NAME": "mine"},
            ("AzureWebJobsStorage", "CONTAINER_APP_NAME", "AzureWebJobsStorage__accountName"),
        ),
    ],
    ids=["emulator and url", "key and url", "key and identity", "emulator on azure", "host's"],
)
def test_two_that_contradict_each_other_are_both_named_with_the_fix(
    settings: Mapping[str, str], names: tuple[str, ...]
) -> None:
    with pytest.raises(Contradiction) as refused:
        check(settings)

    told = str(refused.value)
    assert [] == [name for name in names if name not in told]
    assert "emove" in told
    assert "c2VjcmV0" not in told


def test_the_sample_copied_to_azure_stops_the_app_with_a_sentence() -> None:
    loading = load(**{**SAMPLE, "STORAGE_ACCOUNT_URL": URL, "WEBSITE_SITE_NAME": "mine"})

    assert 0 != loading.returncode
    assert "STORAGE_CONNECTION_STRING (UseDevelopmentStorage=true)" in loading.stderr
    assert "on Azure remove STORAGE_CONNECTION_STRING" in loading.stderr


def test_the_local_host_says_it_too_and_does_not_serve(tmp_path: Path) -> None:
    serving = subprocess.run(
        [sys.executable, "-m", "devhost", str(ROOT), "--port", "0", "--state", str(tmp_path)],
        cwd=ROOT,
        env={
            **os.environ,
            "STORAGE_CONNECTION_STRING": "UseDevelopmentStorage=true",
            "STORAGE_ACCOUNT_URL": URL,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert 1 == serving.returncode
    told = serving.stdout + serving.stderr
    assert "STORAGE_CONNECTION_STRING (UseDevelopmentStorage=true) and STORAGE_ACCOUNT_URL" in told


def test_what_is_only_odd_is_said_and_the_app_loads() -> None:
    loading = load(
        **{**FLEX, "WEBSITE_TIME_ZONE": "Europe/Berlin", "STORAGE_CONNECTION_STRING": ""}
    )

    assert 0 == loading.returncode, loading.stderr
    assert "Flex Consumption does not take these settings: WEBSITE_TIME_ZONE." in loading.stderr


@pytest.mark.parametrize("name", REFUSED_ON_FLEX)
def test_a_setting_that_flex_refuses_is_named_there_and_only_there(name: str) -> None:
    (told,) = check({**FLEX, name: "1"})

    assert f"these settings: {name}." in told
    assert () == check({**IDENTITY, name: "1"})


@pytest.mark.parametrize("name", SET_BY_FLEX)
def test_what_flex_sets_itself_is_named_only_if_a_user_set_it(name: str) -> None:
    assert () == check({**FLEX, name: "python"})
    (told,) = check({**FLEX, name: "python", f"APPSETTING_{name}": "python"})
    assert name in told


def test_the_sample_has_nothing_that_flex_refuses_but_the_runtime() -> None:
    assert {"FUNCTIONS_WORKER_RUNTIME"} == set(SAMPLE) & {*REFUSED_ON_FLEX, *SET_BY_FLEX}


def test_a_polled_inbox_on_flex_is_said() -> None:
    (told,) = check({**FLEX, "INBOX_TRIGGER": ""})

    assert "INBOX_TRIGGER=event_grid" in told


def test_a_slot_wants_a_task_hub_of_its_own() -> None:
    slot = {**IDENTITY, "WEBSITE_SLOT_NAME": "staging"}
    (told,) = check(slot)

    assert "'staging'" in told
    assert HUB in told
    assert () == check({**slot, HUB: "BatchEndpointsStaging"})
    assert () == check({**slot, "WEBSITE_SLOT_NAME": "Production"})


def test_a_task_hub_wants_queues_and_tables_too() -> None:
    uri = {"AzureWebJobsStorage__blobServiceUri": URL}
    (told,) = check(uri)

    assert "AzureWebJobsStorage__queueServiceUri and AzureWebJobsStorage__tableServiceUri" in told
    assert () == check({**uri, "AzureWebJobsStorage__accountName": "mine"})


def test_half_a_user_assigned_identity_is_said() -> None:
    half = {**IDENTITY, "AzureWebJobsStorage__clientId": "c1"}

    told = check(half)
    assert 2 == len(told)
    assert "AzureWebJobsStorage__credential=managedidentity" in told[0]
    assert "AZURE_CLIENT_ID" in told[1]
    whole = {"AzureWebJobsStorage__credential": "managedidentity", "AZURE_CLIENT_ID": "c1"}
    assert () == check({**half, **whole})
