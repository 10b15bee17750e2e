"""A job as it is asked for: over a folder of files, with the settings that a test is about."""

from datetime import UTC, datetime
from typing import Any

from shared.domain.asset import AssetId, DataType
from shared.domain.deployment import BatchSettings, RetrySettings
from shared.domain.job import JobInput, JobSpec
from shared.domain.job_output import JobOutput
from shared.domain.resolved_deployment import Location, ResolvedDeployment

CONTAINER = "azureml-blobstore"


def a_spec(name: str = "job-1", folder: str = "in", **settings: Any) -> JobSpec:
    """A job over a folder; `settings` are BatchSettings' (`max_retries` for short)."""
    tries = settings.pop("max_retries", 1)
    return JobSpec(
        name=name,
        child="00000000-0000-0000-0000-000000000001",
        endpoint="endpoint",
        deployment="deployment",
        resolved=ResolvedDeployment(
            fingerprint="f" * 64,
            model=AssetId(name="m", version="1"),
            model_location=Location(container=CONTAINER, path="models/m"),
        ),
        settings=BatchSettings(retry_settings=RetrySettings(max_retries=tries), **settings),
        input=JobInput(
            name="input",
            type=DataType.URI_FOLDER,
            uri=f"azureml://datastores/workspaceblobstore/paths/{folder}",
            location=Location(container=CONTAINER, path=folder),
        ),
        output=JobOutput(
            name="score",
            uri=f"azureml://datastores/workspaceblobstore/paths/out/{name}.csv",
            location=Location(container=CONTAINER, path=f"out/{name}.csv"),
        ),
        experiment="endpoint",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        created_by="tester",
    )
