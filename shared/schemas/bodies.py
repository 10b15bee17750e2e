"""The bodies that clients send, each with its reader and full examples: what OpenAPI shows."""

from functools import partial

from shared.domain.datastore import StorageAccount
from shared.domain.job import Labels
from shared.domain.message import JSON
from shared.schemas import (
    arm_assets,
    arm_computes,
    arm_datastores,
    arm_deployments,
    arm_endpoints,
    runs,
)
from shared.schemas.shapes import BodyShape
from shared.schemas.sign_in import read_proof

WORKSPACE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/"
    "Microsoft.MachineLearningServices/workspaces/local"
)
FILES = "azureml://datastores/workspaceblobstore/paths"
SETTINGS = {
    "miniBatchSize": 10,
    "maxConcurrencyPerInstance": 2,
    "errorThreshold": -1,
    "retrySettings": {"maxRetries": 3, "timeout": "PT30S"},
    "outputAction": "AppendRow",
    "outputFileName": "predictions.csv",
    "loggingLevel": "Info",
}
WORDS = {"description": "Scores wines.", "properties": {"owner": "cellar"}}


SAS = {"credentialsType": "Sas", "secrets": {"sasToken": "..."}}
LAKE = {"datastoreType": "AzureDataLakeGen2", "accountName": "lake", "filesystem": "cellar"}
ACCOUNT = StorageAccount(url="http://127.0.0.1:10000/devstoreaccount1")


def _resource(**properties: JSON) -> JSON:
    return {"tags": {"team": "wine"}, "properties": {**WORDS, **properties}}


ENDPOINT = BodyShape(
    "Endpoint",
    partial(arm_endpoints.read_endpoint, "wine-scorer"),
    [
        _resource(authMode="aadToken", defaults={"deploymentName": "main"}) | {"location": "local"},
        _resource(traffic={"main": 100}),
    ],
)
ENDPOINT_PATCH = BodyShape(
    "EndpointPatch",
    arm_endpoints.patch_endpoint,
    [
        {"tags": {"team": "wine"}, "properties": {"defaults": {"deploymentName": "main"}}},
        {"properties": {"traffic": {"main": 100}}},
    ],
)
DEPLOYMENT = BodyShape(
    "Deployment",
    partial(arm_deployments.read_deployment, "wine-scorer", "main"),
    [
        _resource(
            model={"referenceType": "Id", "assetId": f"{WORKSPACE}/models/wines/versions/1"},
            codeConfiguration={
                "codeId": f"{WORKSPACE}/codes/score/versions/1",
                "scoringScript": "score.py",
            },
            environmentId=f"{WORKSPACE}/environments/wine/versions/1",
            environmentVariables={"LEVEL": "1"},
            compute=f"{WORKSPACE}/computes/cpu-cluster",
            resources={"instanceCount": 2, "properties": {}},
            deploymentConfiguration={"deploymentConfigurationType": "Model"},
            **SETTINGS,
        )
        | {"location": "local"},
    ],
)
DEPLOYMENT_PATCH = BodyShape(
    "DeploymentPatch",
    arm_deployments.patch_deployment,
    [{"tags": {"team": "wine"}, "properties": {"description": "Scores wines."}}],
)
MODEL = BodyShape(
    "Model",
    partial(arm_assets.read_model, "wines", "1"),
    [
        _resource(
            modelUri=f"{FILES}/models/wines",
            modelType="mlflow_model",
            flavors={"python_function": {"data": {"python_version": "3.13"}}},
        )
    ],
)
DATA = BodyShape(
    "Data",
    partial(arm_assets.read_data, "wines", "1"),
    [_resource(dataUri=f"{FILES}/wines", dataType="uri_folder")],
)
DATASET = BodyShape(
    "Dataset",
    partial(arm_assets.read_dataset, "wines", "1"),
    [
        _resource(paths=[{"folder": f"{FILES}/wines"}]),
        _resource(paths=[{"file": f"{FILES}/a.csv"}]),
    ],
)
CODE = BodyShape(
    "Code",
    partial(arm_assets.read_code, "score", "1"),
    [_resource(codeUri=f"{FILES}/code/score")],
)
ENVIRONMENT = BodyShape(
    "Environment",
    partial(arm_assets.read_environment, "wine", "1"),
    [_resource(condaFile="dependencies:\n- python=3.13\n", image="any", osType="Linux")],
)
CONTAINER = BodyShape(
    "AssetContainer",
    partial(arm_assets.read_container, "wines"),
    [_resource(isArchived=False)],
)
COMPUTE = BodyShape(
    "Compute",
    partial(arm_computes.read_compute, "cpu-cluster"),
    [
        {
            "location": "local",
            "properties": {
                "computeType": "AmlCompute",
                "properties": {
                    "vmSize": "Standard_DS3_v2",
                    "vmPriority": "Dedicated",
                    "enableNodePublicIp": True,
                    "userAccountCredentials": {"adminUserName": "azureuser"},
                    "scaleSettings": {
                        "minNodeCount": 0,
                        "maxNodeCount": 4,
                        "nodeIdleTimeBeforeScaleDown": "PT120S",
                    },
                },
            },
        }
    ],
)
DATASTORE = BodyShape(
    "Datastore",
    lambda body: arm_datastores.read_datastore("cellar", body, ACCOUNT),
    [
        {
            "properties": {
                "datastoreType": "AzureBlob",
                "accountName": "devstoreaccount1",
                "containerName": "cellar",
                "credentials": {"credentialsType": "Sas", "secrets": {"secretsType": "Sas"}},
            }
        },
        {"properties": {**LAKE, "credentials": SAS}},
        {
            "properties": {
                "datastoreType": "AmazonS3",
                "bucketName": "cellar",
                "region": "eu-west-1",
                "credentials": {
                    "credentialsType": "AccessKey",
                    "accessKeyId": "id",
                    "secrets": {"secretAccessKey": "key", "sessionToken": "token"},
                },
            }
        },
        {
            "properties": {
                "datastoreType": "GoogleCloudStorage",
                "bucketName": "cellar",
                "endpoint": "https://storage.googleapis.com",
                "credentials": {"credentialsType": "None"},
            }
        },
    ],
)
SAS_REQUEST = BodyShape(
    "SasRequest", arm_datastores.read_sas_hours, [{"expireAfterHours": 1}], may_be_empty=True
)
LOG_REQUEST = BodyShape("LogRequest", arm_deployments.read_tail, [{"tail": 100}], may_be_empty=True)
PENDING_UPLOAD = BodyShape(
    "PendingUpload",
    arm_datastores.read_pending_upload,
    [{"pendingUploadType": "TemporaryBlobReference"}],
    may_be_empty=True,
)
RUN_DATA = BodyShape(
    "RunData", runs.read_run_id, [{"runId": "5d8a6c3e-0000-0000-0000-000000000000"}]
)
LABELS = BodyShape(
    "Labels",
    lambda body: runs.read_labels(body, Labels()),
    [
        {
            "displayName": "Tuesday's wines",
            "description": "All of them.",
            "tags": {"team": "wine"},
            "hidden": False,
        }
    ],
)
ASSET_IDS = BodyShape(
    "AssetIds",
    runs.read_asset_ids,
    [{"values": ["azureml://locations/local/workspaces/local/data/wines/versions/1"]}],
)
SESSION = BodyShape(
    "Session",
    read_proof,
    [
        {"token": "eyJ0eXAiOiJKV1Qi..."},
        {"code": "f3Rz9..."},
        {"answer": {"code": "0.AX...", "state": "s1"}},
    ],
)
