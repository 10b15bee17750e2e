# %% [markdown]
# # Batch endpoints with the official SDK
#
# Nothing here knows of the service but its environment: `ARM_CLOUD_METADATA_URL` and
# `REQUESTS_CA_BUNDLE` say where the workspace is, `AZURE_TOKEN` holds a bearer token (without it,
# `azure.identity` finds one). Run it whole, or cell by cell in an editor that knows `# %%`.

# %%
"""The tour of batch endpoints: from a compute to predictions on disk, by `azure-ai-ml`."""

import os
import sys
import time
import uuid
from pathlib import Path

from azure.ai.ml import Input, MLClient, load_batch_deployment
from azure.ai.ml.constants import AssetTypes, BatchDeploymentOutputAction
from azure.ai.ml.entities import (
    AmlCompute,
    BatchEndpoint,
    BatchRetrySettings,
    CodeConfiguration,
    Data,
    Environment,
    Model,
    ModelBatchDeployment,
    ModelBatchDeploymentSettings,
)
from azure.core.credentials import AccessToken
from azure.identity import DefaultAzureCredential

HERE = Path(__file__).parent
DOWNLOADS = Path(sys.argv[1] if len(sys.argv) > 1 else "downloads")
LOCAL = "00000000-0000-0000-0000-000000000000", "local", "local"


class TokenOfTheEnvironment:
    """A credential that hands out the token in AZURE_TOKEN."""

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        return AccessToken(os.environ["AZURE_TOKEN"], int(time.time()) + 3600)


def heading(text: str) -> None:
    print(f"\n== {text}", flush=True)


# %% [markdown]
# ## Connect

# %%
heading("Connect")
credential = TokenOfTheEnvironment() if "AZURE_TOKEN" in os.environ else DefaultAzureCredential()
subscription, group, workspace = (
    os.environ.get(name, default)
    for name, default in zip(
        ("AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP", "AZURE_ML_WORKSPACE"), LOCAL, strict=True
    )
)
ml_client = MLClient(credential, subscription, group, workspace)
print("workspace", ml_client.workspaces.get(workspace).name)

# %% [markdown]
# ## A compute
#
# It is a bound on a deployment's `instance_count`; no machine is rented.

# %%
heading("A compute")
cluster = AmlCompute(name="cpu-cluster", min_instances=0, max_instances=5)
ml_client.compute.begin_create_or_update(cluster).result()
print("computes", [compute.name for compute in ml_client.compute.list()])

# %% [markdown]
# ## An endpoint

# %%
heading("An endpoint")
endpoint_name = f"tour-{uuid.uuid4().hex[:8]}"
endpoint = BatchEndpoint(name=endpoint_name, description="Taxi fares and reviews")
endpoint = ml_client.batch_endpoints.begin_create_or_update(endpoint).result()
print("scoring URI", ml_client.batch_endpoints.get(endpoint_name).scoring_uri)

# %% [markdown]
# ## A deployment of an MLflow model: no code
#
# The model is uploaded, its environment and a first load are tried, and only then it is there.

# %%
heading("A deployment without code")
fares = ModelBatchDeployment(
    name="fares",
    endpoint_name=endpoint_name,
    model=Model(path=str(HERE / "taxi/model"), type=AssetTypes.MLFLOW_MODEL, name="taxi-fares"),
    compute="cpu-cluster",
    settings=ModelBatchDeploymentSettings(
        mini_batch_size=2,
        instance_count=2,
        output_action=BatchDeploymentOutputAction.APPEND_ROW,
        output_file_name="fares.csv",
        retry_settings=BatchRetrySettings(max_retries=3, timeout=30),
    ),
)
fares = ml_client.batch_deployments.begin_create_or_update(fares).result()
endpoint = ml_client.batch_endpoints.get(endpoint_name)
endpoint.defaults.deployment_name = fares.name
endpoint = ml_client.batch_endpoints.begin_create_or_update(endpoint).result()
print("default deployment", endpoint.defaults.deployment_name)

# %% [markdown]
# ## Invoke with a local folder, and follow the job

# %%
heading("Invoke with a local folder")
trips = Input(type=AssetTypes.URI_FOLDER, path=str(HERE / "taxi/trips"))
job = ml_client.batch_endpoints.invoke(endpoint_name=endpoint_name, input=trips)
ml_client.jobs.stream(job.name)
print("status", ml_client.jobs.get(job.name).status)
ml_client.jobs.download(job.name, download_path=DOWNLOADS / "local-folder", output_name="score")

# %% [markdown]
# ## A data asset, and overrides for one job

# %%
heading("Invoke with a data asset, and overrides")
data = Data(name="taxi-trips", type=AssetTypes.URI_FOLDER, path=str(HERE / "taxi/trips"))
data = ml_client.data.create_or_update(data)
print("data asset", data.name, data.version, data.path)
job = ml_client.batch_endpoints.invoke(
    endpoint_name=endpoint_name,
    input=Input(type=AssetTypes.URI_FOLDER, path=f"azureml:{data.name}@latest"),
    params_override=[
        {"mini_batch_size": 3},
        {"compute.instance_count": 1},
        {"retry_settings.max_retries": 1},
        {"output_file_name": "fares-of-the-asset.csv"},
    ],
)
ml_client.jobs.stream(job.name)
ml_client.jobs.download(job.name, download_path=DOWNLOADS / "data-asset", output_name="score")

# %% [markdown]
# ## A path in a datastore, and an output of our own choice
#
# The data asset's files lie in the default datastore; the predictions go where we say.

# %%
heading("Invoke with a datastore path, and an output path")
datastore = ml_client.datastores.get_default()
output = f"azureml://datastores/{datastore.name}/paths/tour/{endpoint_name}/fares.csv"
job = ml_client.batch_endpoints.invoke(
    endpoint_name=endpoint_name,
    inputs={"trips": Input(type=AssetTypes.URI_FOLDER, path=data.path)},
    params_override=[
        {"output_dataset.datastore_id": f"azureml:{datastore.name}"},
        {"output_dataset.path": f"tour/{endpoint_name}"},
        {"output_file_name": "fares.csv"},
    ],
)
ml_client.jobs.stream(job.name)
child = next(iter(ml_client.jobs.list(parent_job_name=job.name)))
ml_client.jobs.download(child.name, download_path=DOWNLOADS / "own-path", output_name="score")
print("child job", child.name, "wrote to", output)

# %% [markdown]
# ## A second deployment: a scoring script
#
# The folder of the script is uploaded whole, so that it may import its siblings.

# %%
heading("A deployment with a scoring script")
words = load_batch_deployment(HERE / "reviews/deployment.yml")
words.endpoint_name = endpoint_name
words.model = Model(path=str(HERE / "reviews/model"), name="review-words")
words.code_configuration = CodeConfiguration(
    code=str(HERE / "reviews/code"), scoring_script="score.py"
)
words.environment = Environment(
    name="reviews",
    image="mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest",
    conda_file=str(HERE / "reviews/conda.yml"),
)
words = ml_client.batch_deployments.begin_create_or_update(words).result()
print("deployments", [one.name for one in ml_client.batch_deployments.list(endpoint_name)])

# %% [markdown]
# ## Try it beside the default, then make it the default

# %%
heading("Invoke the second deployment by its name")
texts = Input(type=AssetTypes.URI_FOLDER, path=str(HERE / "reviews/texts"))
job = ml_client.batch_endpoints.invoke(
    endpoint_name=endpoint_name, deployment_name=words.name, input=texts
)
ml_client.jobs.stream(job.name)
ml_client.jobs.download(job.name, download_path=DOWNLOADS / "reviews", output_name="score")

heading("Switch the default")
endpoint = ml_client.batch_endpoints.get(endpoint_name)
endpoint.defaults.deployment_name = words.name
endpoint = ml_client.batch_endpoints.begin_create_or_update(endpoint).result()
print("default deployment", endpoint.defaults.deployment_name)

# %% [markdown]
# ## What ran, and clean up
#
# Deleting an endpoint deletes its deployments. Jobs and predictions stay.

# %%
heading("The endpoint's jobs")
for job in ml_client.batch_endpoints.list_jobs(endpoint_name):
    print(job.name, ml_client.jobs.get(job.name).status)

heading("Clean up")
ml_client.batch_deployments.begin_delete(endpoint_name=endpoint_name, name=fares.name).result()
ml_client.batch_endpoints.begin_delete(name=endpoint_name).result()
print("endpoints", [one.name for one in ml_client.batch_endpoints.list()])
print(f"\nThe predictions are in {DOWNLOADS.resolve()}")
