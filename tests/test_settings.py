"""Settings: the sample lists every one, and what is wrong is said with the setting's name."""

import json
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
