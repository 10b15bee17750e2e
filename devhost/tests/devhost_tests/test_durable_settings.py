"""host.json's durable settings: what the Durable extension would not take is refused, and why."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from devhost.durable_settings import parse_durable
from devhost.host_errors import AppRefused
from devhost_tests.served import ROOT

STORAGE = "storageProvider"


@pytest.mark.parametrize(
    ("key", "value", "bound"),
    [
        (f"{STORAGE}.controlQueueVisibilityTimeout", "00:00:59", "between 1 and 60 minutes"),
        (f"{STORAGE}.controlQueueVisibilityTimeout", "01:00:01", "between 1 and 60 minutes"),
        (f"{STORAGE}.workItemQueueVisibilityTimeout", "00:00:30", "between 1 and 60 minutes"),
        (f"{STORAGE}.workItemQueueVisibilityTimeout", "1.00:00:00", "between 1 and 60 minutes"),
        (f"{STORAGE}.workItemQueueVisibilityTimeout", "60", "hh:mm:ss"),
        (f"{STORAGE}.workItemQueueVisibilityTimeout", 60, "hh:mm:ss"),
        (f"{STORAGE}.maxQueuePollingInterval", "00:00:00", "more than nothing"),
        (f"{STORAGE}.maxQueuePollingInterval", "1 second", "hh:mm:ss"),
        (f"{STORAGE}.partitionCount", 0, "between 1 and 16"),
        (f"{STORAGE}.partitionCount", 17, "between 1 and 16"),
        (f"{STORAGE}.controlQueueBatchSize", 0, "from 1 up"),
        (f"{STORAGE}.controlQueueBufferThreshold", 1001, "between 1 and 1000"),
        (f"{STORAGE}.controlQueueBufferThreshold", True, "between 1 and 1000"),
        ("maxConcurrentActivityFunctions", 0, "from 1 up"),
        ("maxConcurrentOrchestratorFunctions", -1, "from 1 up"),
        ("maxConcurrentEntityFunctions", "many", "from 1 up"),
        ("extendedSessionIdleTimeoutInSeconds", "30 s", "from 0 up"),
        ("overridableExistingInstanceStates", "Any", "NonRunningStates or AnyState"),
        ("hubName", "", "letters and digits"),
        ("hubName", "batch-endpoints", "letters and digits"),
        ("hubName", "2hubs", "a letter first"),
        ("hubName", "h" * 51, "3 to 50"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_key_value_and_bound(
    key: str, value: object, bound: str
) -> None:
    section, _, name = key.rpartition(".")
    document = {section: {name: value}} if section else {name: value}

    with pytest.raises(AppRefused) as refused:
        parse_durable(document)

    for word in (f"extensions.durableTask.{key}", repr(value), bound, "does not start"):
        assert word in str(refused.value)


@pytest.mark.parametrize(
    ("minutes", "seconds"), [("00:01:00", 60), ("00:30:00.5", 1800.5), ("01:00:00", 3600)]
)
def test_the_bounds_themselves_are_taken(minutes: str, seconds: float) -> None:
    settings = parse_durable(
        {
            STORAGE: {
                "controlQueueVisibilityTimeout": minutes,
                "workItemQueueVisibilityTimeout": minutes,
                "partitionCount": 16,
                "controlQueueBufferThreshold": 1000,
                "controlQueueBatchSize": 1,
            },
            "hubName": "h" * 50,
        }
    )

    assert seconds == settings.work_item_visibility.total_seconds()


def test_names_go_without_regard_to_case() -> None:
    settings = parse_durable(
        {"StorageProvider": {"WorkItemQueueVisibilityTimeout": "00:02:00"}, "HubName": "Mine"}
    )

    assert ("Mine", timedelta(minutes=2)) == (settings.hub_name, settings.work_item_visibility)


def test_the_hubs_name_may_be_an_app_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVHOST_TEST_HUB", "StagingHub")

    assert "StagingHub" == parse_durable({"hubName": "%DEVHOST_TEST_HUB%"}).hub_name
    with pytest.raises(AppRefused, match="DEVHOST_TEST_NONE"):
        parse_durable({"hubName": "%DEVHOST_TEST_NONE%"})


def test_queues_are_of_no_concern_to_another_storage_provider() -> None:
    """The settings of MSSQL and of the scheduler are theirs."""
    parse_durable({STORAGE: {"type": "mssql", "partitionCount": 99}, "hubName": "my-hub"})


@pytest.mark.parametrize(
    ("section", "warning"),
    [
        ({STORAGE: {"controlQueueBatchSize": 33}}, "controlQueueBatchSize is 33"),
        (
            {STORAGE: {"controlQueueBatchSize": 8, "controlQueueBufferThreshold": 4}},
            "controlQueueBufferThreshold (4)",
        ),
        ({"extendedSessionsEnabled": True}, "extended sessions do not apply to Python"),
    ],
)
def test_what_is_taken_and_of_no_use_is_said(
    section: dict[str, object], warning: str, caplog: pytest.LogCaptureFixture
) -> None:
    parse_durable(section)

    assert warning in caplog.text


def test_the_host_does_not_start_on_such_a_value(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text(
        '{"extensions": {"durableTask": {"storageProvider": {"partitionCount": 17}}}}'
    )
    command = [sys.executable, "-m", "devhost", str(tmp_path), "--state", str(tmp_path / "state")]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert 1 == ended.returncode
    assert "storageProvider.partitionCount is 17" in ended.stderr
    assert "between 1 and 16" in ended.stderr
