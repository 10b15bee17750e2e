"""Jobs: lists, children, downloads, cancel, failure."""

import time

from azure.ai.ml import Input
from azure.ai.ml.entities import (
    BatchRetrySettings,
    CodeConfiguration,
    ModelBatchDeployment,
    ModelBatchDeploymentSettings,
)
from azure.ai.ml.exceptions import JobException
from azure.core.exceptions import ResourceNotFoundError

from tests.client.steps.session import (
    ENDPOINT,
    LONG_RUN_S,
    UNIQUE,
    WORK,
    finished,
    lines_of,
    ml,
    refused,
    same,
    seen,
    step,
    trips,
)


@step
def jobs_list() -> None:
    assert seen["job"] in [job.name for job in ml.jobs.list()]


@step
def endpoint_list_jobs() -> None:
    assert seen["job"] in [job.name for job in ml.batch_endpoints.list_jobs(ENDPOINT)]


@step
def child_job() -> None:
    children = list(ml.jobs.list(parent_job_name=seen["job"]))
    same(1, len(children))
    same("batchscoring", children[0].display_name)
    assert children[0].creation_context.created_at
    same(120, len(lines_of(children[0].name, "fares.csv", output_name="score")))


@step
def download_everything() -> None:
    assert lines_of(seen["job"], "fares.csv", all=True)
    child = next(iter(ml.jobs.list(parent_job_name=seen["job"])))
    assert lines_of(child.name, "fares.csv", all=True)


@step
def job_is_described() -> None:
    job = ml.jobs.get(seen["job"])
    assert job.services["Studio"].endpoint
    assert job.creation_context.created_by


@step
def job_archive_and_restore() -> None:
    ml.jobs.archive(seen["job"])
    assert seen["job"] not in [job.name for job in ml.jobs.list()]
    ml.jobs.restore(seen["job"])
    assert seen["job"] in [job.name for job in ml.jobs.list()]


@step
def job_cancel() -> None:
    """A script that sleeps: the job is canceled in its midst."""
    folder = WORK / "sleeper"
    folder.mkdir()
    script = f"import time\ndef init(): pass\ndef run(batch):\n    time.sleep({LONG_RUN_S})\n"
    (folder / "score.py").write_text(script)
    ml.batch_deployments.begin_create_or_update(
        ModelBatchDeployment(
            name="sleeper",
            endpoint_name=ENDPOINT,
            model=f"azureml:fares-{UNIQUE}:1",
            code_configuration=CodeConfiguration(code=str(folder), scoring_script="score.py"),
            environment=f"azureml:env-{UNIQUE}:3",
            compute="steps-cpu",
            settings=ModelBatchDeploymentSettings(
                mini_batch_size=1, retry_settings=BatchRetrySettings(timeout=LONG_RUN_S)
            ),
        )
    ).result()
    job = ml.batch_endpoints.invoke(
        endpoint_name=ENDPOINT, deployment_name="sleeper", input=trips()
    )
    while ml.jobs.get(job.name).status != "Running":
        time.sleep(0.2)
    ml.jobs.begin_cancel(job.name).result()
    finished(job.name, "Canceled")


@step
def failed_job_tells_why() -> None:
    folder = WORK / "none"
    folder.mkdir()
    (folder / "a.csv").write_text("nothing,here\n1,2\n")
    given = Input(type="uri_folder", path=str(folder))
    job = ml.batch_endpoints.invoke(endpoint_name=ENDPOINT, deployment_name="fares", input=given)
    refused(lambda: ml.jobs.stream(job.name), "None of the 1 input files", kind=JobException)


@step
def job_missing() -> None:
    refused(lambda: ml.jobs.get("nobody"), "nobody", kind=ResourceNotFoundError)
