"""Settings: Azure ML's defaults and ranges, and what makes two deployments score alike."""

import pytest
from pydantic import ValidationError

from shared.domain.asset import AssetId
from shared.domain.deployment import BatchSettings, Deployment, OutputAction, RetrySettings


def test_omitted_settings_are_azure_mls_defaults() -> None:
    settings = BatchSettings()

    assert (10, 1, 1, -1) == (
        settings.mini_batch_size,
        settings.max_concurrency_per_instance,
        settings.instance_count,
        settings.error_threshold,
    )
    assert (3, 30) == (settings.retry_settings.max_retries, settings.retry_settings.timeout_s)
    assert ("append_row", "predictions.csv", "info") == (
        settings.output_action,
        settings.output_file_name,
        settings.logging_level,
    )


@pytest.mark.parametrize(("max_retries", "tries"), [(0, 1), (1, 1), (3, 3)])
def test_max_retries_counts_tries(max_retries: int, tries: int) -> None:
    assert tries == RetrySettings(max_retries=max_retries).tries


@pytest.mark.parametrize("name", ["a/b.csv", "", "..", 'x".csv', "a\nb", "what?.csv"])
def test_an_output_file_name_is_one_plain_name(name: str) -> None:
    with pytest.raises(ValidationError, match="is not a file name"):
        BatchSettings(output_file_name=name)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mini_batch_size", 0),
        ("max_concurrency_per_instance", 0),
        ("instance_count", -1),
        ("error_threshold", -2),
        ("error_threshold", 2**31),
    ],
)
def test_numbers_out_of_range_are_refused(field: str, value: int) -> None:
    with pytest.raises(ValidationError):
        BatchSettings.from_wire({field: value})


@pytest.mark.parametrize(
    ("threshold", "failed", "goes_on"),
    [(-1, 10**6, True), (0, 0, True), (0, 1, False), (5, 5, True), (5, 6, False)],
)
def test_more_failures_than_the_threshold_end_a_job(
    threshold: int, failed: int, *, goes_on: bool
) -> None:
    assert goes_on == BatchSettings(error_threshold=threshold).allows(failed)


def a_deployment(**settings: object) -> Deployment:
    return Deployment(
        name="d",
        endpoint="e",
        model=AssetId(name="m", version="1"),
        settings=BatchSettings.from_wire(settings),
    )


def test_cutting_does_not_change_how_a_file_is_scored() -> None:
    """Warm processes are shared by deployments that differ in how the input is cut."""
    assert a_deployment().fingerprint == a_deployment(mini_batch_size=3).fingerprint


def test_the_environment_changes_how_a_file_is_scored() -> None:
    variables = {"environment_variables": {"A": "1"}}

    assert a_deployment().fingerprint != a_deployment(**variables).fingerprint


def test_a_model_without_a_script_has_no_summary_to_write() -> None:
    with pytest.raises(ValidationError, match="SummaryOnly"):
        a_deployment(output_action=OutputAction.SUMMARY_ONLY)
