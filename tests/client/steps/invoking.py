"""Every way to invoke: inputs, outputs, overrides."""

from typing import Any

from azure.ai.ml import Input, Output

from tests.client.steps.session import (
    ENDPOINT,
    TOUR,
    UNIQUE,
    finished,
    invoke,
    lines_of,
    ml,
    refused,
    same,
    seen,
    step,
    trips,
)


@step
def invoke_local_folder_stream_download() -> None:
    job = ml.batch_endpoints.invoke(endpoint_name=ENDPOINT, input=trips())
    ml.jobs.stream(job.name)
    seen["job"] = job.name
    same(120, len(lines_of(job.name, "fares.csv", output_name="score")))


@step
def invoke_local_file() -> None:
    given = Input(type="uri_file", path=str(TOUR / "taxi/trips/trips-0.csv"))
    same(20, len(lines_of(invoke(input=given), "fares.csv")))


@step
def invoke_data_asset() -> None:
    name = invoke(input=Input(type="uri_folder", path=f"azureml:trips-{UNIQUE}:1"))
    same(120, len(lines_of(name, "fares.csv")))


@step
def invoke_latest_data_asset_as_an_object() -> None:
    asset = ml.data.get(f"trips-{UNIQUE}", label="latest")
    invoke(inputs={"trips": Input(type="uri_folder", path=asset.id)})


@step
def invoke_datastore_paths() -> None:
    path = seen["data"].path
    invoke(input=Input(type="uri_folder", path=path))
    short = f"azureml://datastores/{seen['datastore']}/paths/" + path.partition("/paths/")[2]
    invoke(input=Input(type="uri_folder", path=short))


@step
def invoke_with_every_override() -> None:
    job = ml.batch_endpoints.invoke(
        endpoint_name=ENDPOINT,
        input=trips(),
        deployment_name="fares",
        job_name=f"named-{UNIQUE}",
        experiment_name="steps",
        params_override=[
            {"mini_batch_size": 5},
            {"compute.instance_count": 2},
            {"retry_settings.max_retries": 1},
            {"retry_settings.timeout": 45},
            {"error_threshold": 0},
            {"output_file_name": "mine.csv"},
        ],
    )
    same(f"named-{UNIQUE}", job.name)
    finished(job.name)
    same("steps", ml.jobs.get(job.name).experiment_name)
    same(120, len(lines_of(job.name, "mine.csv", output_name="score")))


@step
def invoke_choosing_files() -> None:
    chosen = {"inputInclude": "trips-[01].csv", "inputNewest": "1"}
    name = invoke(input=trips(), params_override=[{"properties": chosen}])
    same(20, len(lines_of(name, "fares.csv")))
    given = [{"properties": {"inputInclude": "/trips-0.csv"}}]
    refused(lambda: invoke(input=trips(), params_override=given), "begins with a slash")


def invoke_a_dry_run_and_a_sample() -> None:
    """What the client has no words for is carried by texts in `properties`."""

    def asked(**texts: str) -> Any:
        override = {"properties": {f"batch.{name}": text for name, text in texts.items()}}
        return ml.batch_endpoints.invoke(
            endpoint_name=ENDPOINT, input=trips(), params_override=[override]
        )

    same("Ready", asked(dryRun="true").status)
    sampled = asked(sample="2", preflight="true").name
    finished(sampled)
    same("2 of 6 files", ml.jobs.get(sampled).properties["sample"])


@step
def invoke_with_an_output() -> None:
    path = f"azureml://datastores/workspaceblobstore/paths/steps/{UNIQUE}/out.csv"
    name = invoke(input=trips(), outputs={"result": Output(type="uri_file", path=path)})
    same(120, len(lines_of(name, "out.csv", output_name="score")))
    refused(
        lambda: invoke(input=trips(), outputs={"result": Output(type="uri_file", path=path)}),
        "exists",
    )


@step
def invoke_with_an_output_dataset() -> None:
    name = invoke(
        input=trips(),
        params_override=[
            {"output_dataset.datastore_id": "azureml:workspaceblobstore"},
            {"output_dataset.path": f"/steps/{UNIQUE}/dataset"},
            {"output_file_name": "set.csv"},
        ],
    )
    same(120, len(lines_of(name, "set.csv")))


@step
def invoke_the_script() -> None:
    name = invoke(input=trips("reviews/texts"), deployment_name="summary")
    assert lines_of(name, "predictions.csv")


@step
def invoke_an_unknown_deployment() -> None:
    refused(lambda: invoke(input=trips(), deployment_name="nobody"), "nobody")


@step
def invoke_more_instances_than_there_are() -> None:
    override = [{"compute.instance_count": 4}]
    refused(lambda: invoke(input=trips(), params_override=override), "4", "3")
