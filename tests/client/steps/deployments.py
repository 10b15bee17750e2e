"""Endpoints and their deployments, from objects and from YAML."""

from azure.ai.ml import load_batch_deployment, load_batch_endpoint
from azure.ai.ml.entities import (
    BatchDeployment,
    BatchEndpoint,
    BatchRetrySettings,
    CodeConfiguration,
    Environment,
    Model,
    ModelBatchDeployment,
    ModelBatchDeploymentSettings,
)
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.client.steps.session import ENDPOINT, OTHER, TOUR, UNIQUE, WORK, ml, refused, same, step


@step
def endpoint_create() -> None:
    made = ml.batch_endpoints.begin_create_or_update(
        BatchEndpoint(name=ENDPOINT, description="d", tags={"purpose": "steps"})
    ).result()
    same({"purpose": "steps"}, made.tags)
    assert made.scoring_uri.startswith("https://")


@step
def endpoint_from_yaml() -> None:
    text = f"name: {OTHER}\ndescription: from a file\nauth_mode: aad_token\n"
    path = WORK / "endpoint.yml"
    path.write_text(text)
    made = ml.batch_endpoints.begin_create_or_update(load_batch_endpoint(path)).result()
    same("from a file", made.description)


@step
def endpoint_get_and_list() -> None:
    same("Succeeded", ml.batch_endpoints.get(ENDPOINT).provisioning_state)
    assert {ENDPOINT, OTHER} <= {one.name for one in ml.batch_endpoints.list()}


@step
def endpoint_missing() -> None:
    refused(lambda: ml.batch_endpoints.get("nobody"), "nobody", kind=ResourceNotFoundError)


@step
def deployment_of_a_registered_model() -> None:
    made = ml.batch_deployments.begin_create_or_update(
        ModelBatchDeployment(
            name="fares",
            endpoint_name=ENDPOINT,
            model=f"azureml:fares-{UNIQUE}:2",
            compute="steps-cpu",
            settings=ModelBatchDeploymentSettings(
                mini_batch_size=2,
                instance_count=1,
                max_concurrency_per_instance=2,
                output_action="append_row",
                output_file_name="fares.csv",
                retry_settings=BatchRetrySettings(max_retries=2, timeout=60),
                error_threshold=-1,
                logging_level="info",
            ),
        )
    ).result()
    same("Succeeded", made.provisioning_state)
    same(2, ml.batch_deployments.get("fares", ENDPOINT).mini_batch_size)


@step
def deployment_of_latest_model() -> None:
    made = ml.batch_deployments.begin_create_or_update(
        BatchDeployment(
            name="latest",
            endpoint_name=ENDPOINT,
            model=f"azureml:fares-{UNIQUE}@latest",
            compute="azureml:steps-cpu",
            mini_batch_size=1,
            properties={"outputFormat": "csv_header", "outputLineage": "file,row"},
        )
    ).result()
    assert str(made.model).endswith("/versions/2"), made.model
    kept = ml.batch_deployments.get("latest", ENDPOINT).properties
    same("csv_header file,row", f"{kept['outputFormat']} {kept['outputLineage']}")


@step
def deployment_with_script() -> None:
    made = ml.batch_deployments.begin_create_or_update(
        ModelBatchDeployment(
            name="words",
            endpoint_name=ENDPOINT,
            model=Model(path=str(TOUR / "reviews/model")),
            code_configuration=CodeConfiguration(
                code=str(TOUR / "reviews/code"), scoring_script="score.py"
            ),
            environment=Environment(image="any", conda_file=str(TOUR / "reviews/conda.yml")),
            compute="steps-cpu",
            settings=ModelBatchDeploymentSettings(
                mini_batch_size=2, environment_variables={"CHECK": "1"}
            ),
        )
    ).result()
    same("Succeeded", made.provisioning_state)
    same({"CHECK": "1"}, ml.batch_deployments.get("words", ENDPOINT).environment_variables)


@step
def deployment_with_the_same_code_again() -> None:
    """The code is found by its hash, and not uploaded twice."""
    made = ml.batch_deployments.begin_create_or_update(
        ModelBatchDeployment(
            name="summary",
            endpoint_name=ENDPOINT,
            model=Model(path=str(TOUR / "reviews/model")),
            code_configuration=CodeConfiguration(
                code=str(TOUR / "reviews/code"), scoring_script="score.py"
            ),
            environment=f"azureml:env-{UNIQUE}:4",
            compute="steps-cpu",
            settings=ModelBatchDeploymentSettings(mini_batch_size=2, output_action="summary_only"),
        )
    ).result()
    first = ml.batch_deployments.get("words", ENDPOINT).code_configuration.code
    same(first, made.code_configuration.code)


@step
def deployment_from_yaml() -> None:
    made = load_batch_deployment(TOUR / "reviews/deployment.yml")
    made.endpoint_name, made.compute = ENDPOINT, "steps-cpu"
    made.model = f"azureml:fares-{UNIQUE}:1"
    made = ml.batch_deployments.begin_create_or_update(made).result()
    same("words", made.name)


@step
def deployment_that_cannot_load_is_failed() -> None:
    folder = WORK / "broken"
    folder.mkdir()
    (folder / "score.py").write_text("raise ImportError('no such module')\n")
    deployment = ModelBatchDeployment(
        name="broken",
        endpoint_name=ENDPOINT,
        model=f"azureml:fares-{UNIQUE}:1",
        code_configuration=CodeConfiguration(code=str(folder), scoring_script="score.py"),
        environment=f"azureml:env-{UNIQUE}:3",
        compute="steps-cpu",
        settings=ModelBatchDeploymentSettings(mini_batch_size=2),
    )
    call = lambda: ml.batch_deployments.begin_create_or_update(  # noqa: E731
        deployment, skip_script_validation=True
    ).result()
    refused(call, "no such module", kind=HttpResponseError)


@step
def deployment_list_and_delete() -> None:
    names = {one.name for one in ml.batch_deployments.list(ENDPOINT)}
    assert {"fares", "latest", "words"} <= names, names
    ml.batch_deployments.begin_delete(name="latest", endpoint_name=ENDPOINT).result()
    refused(lambda: ml.batch_deployments.get("latest", ENDPOINT), kind=ResourceNotFoundError)


@step
def deployment_needs_its_model() -> None:
    missing = BatchDeployment(
        name="none", endpoint_name=ENDPOINT, model="azureml:nobody:1", compute="steps-cpu"
    )
    refused(lambda: ml.batch_deployments.begin_create_or_update(missing).result(), "nobody")


@step
def deployment_within_its_compute() -> None:
    many = BatchDeployment(
        name="many",
        endpoint_name=ENDPOINT,
        model=f"azureml:fares-{UNIQUE}:2",
        compute="steps-cpu",
        instance_count=4,
    )
    refused(lambda: ml.batch_deployments.begin_create_or_update(many).result(), "4", "3")


@step
def default_is_set() -> None:
    endpoint = ml.batch_endpoints.get(ENDPOINT)
    endpoint.defaults.deployment_name = "fares"
    endpoint = ml.batch_endpoints.begin_create_or_update(endpoint).result()
    same("fares", endpoint.defaults.deployment_name)
    same({"purpose": "steps"}, endpoint.tags)
