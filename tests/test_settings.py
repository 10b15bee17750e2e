"""Settings: the sample lists every one, and what is wrong is said with the setting's name."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.settings import Settings

SAMPLE = Path(__file__).parent.parent / "local.settings.sample.json"
OF_THE_HOST = {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"}


def test_the_sample_holds_every_setting_and_no_other() -> None:
    values = json.loads(SAMPLE.read_text())["Values"]

    assert {name.upper() for name in Settings.model_fields} == set(values) - OF_THE_HOST


def test_the_sample_is_valid() -> None:
    settings = Settings.from_environment(json.loads(SAMPLE.read_text())["Values"])

    assert ("https://ml.azure.com", "https://management.azure.com") == settings.auth_audiences
    assert 32 == settings.downloads_at_once


def test_an_empty_variable_is_not_set() -> None:
    assert 300 == Settings.from_environment({"SCORER_IDLE_S": ""}).scorer_idle_s


@pytest.mark.parametrize(("name", "value"), [("SCORER_IDLE_S", "0"), ("DOWNLOADS_AT_ONCE", "x")])
def test_a_wrong_value_names_its_setting(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name.lower()):
        Settings.from_environment({name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
    ],
)
def test_a_collector_that_cannot_be_spoken_to_is_refused(name: str, value: str) -> None:
    given = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317", name: value}

    with pytest.raises(ValidationError, match=name.lower()):
        Settings.from_environment(given)


def test_a_protocol_for_others_is_nobodys_fault_where_nothing_is_sent() -> None:
    settings = Settings.from_environment({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"})

    assert not settings.sends_telemetry


def test_roles_are_assigned_by_id() -> None:
    settings = Settings.from_environment(
        {"ROLE_ASSIGNMENTS": "A-1=Reader, b=contributor,a-1=reader"}
    )

    assert {"a-1": "reader", "b": "contributor"} == settings.role_assignments


@pytest.mark.parametrize(
    "value",
    ["a", "a=", "=reader", "a=owner", "a=reader=x", "a b=reader", "a:reader", "a=reader,a=invoker"],
)
def test_a_wrong_role_assignment_is_refused_by_name(value: str) -> None:
    with pytest.raises(ValidationError, match="role_assignments") as refused:
        Settings.from_environment({"ROLE_ASSIGNMENTS": value})

    assert "Write <object id" in str(refused.value) or "two roles" in str(refused.value)


def test_several_issuers_are_comma_separated() -> None:
    settings = Settings.from_environment({"AUTH_ISSUER": "https://a/, https://b/v2.0"})

    assert ("https://a/", "https://b/v2.0") == settings.auth_issuer


def test_a_wrong_setting_stops_the_app_when_it_is_loaded() -> None:
    """And not at the first request of somebody who cannot mend it."""
    loading = subprocess.run(
        [sys.executable, "-c", "import function_app"],
        cwd=SAMPLE.parent,
        env=dict(os.environ, ROLE_ASSIGNMENTS="somebody=owner"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert 0 != loading.returncode
    assert "role_assignments" in loading.stderr
    assert "somebody=owner" in loading.stderr


@pytest.mark.parametrize("value", ["contributors", "everyone"])
def test_who_gets_the_durable_urls_is_one_of_two_words(value: str) -> None:
    assert value == Settings.from_environment({"DURABLE_URLS": value}).durable_urls


def test_another_word_for_who_gets_the_durable_urls_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"(?s)durable_urls.*'contributors' or 'everyone'"):
        Settings.from_environment({"DURABLE_URLS": "invokers"})
