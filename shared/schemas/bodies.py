"""The bodies that clients send, each with its reader and full examples: what OpenAPI shows."""

from functools import partial

from shared.domain.deployment import BatchSettings
from shared.domain.message import JSON
from shared.schemas import arm_assets, arm_resources
from shared.schemas.invocation import read_invocation
from shared.schemas.shapes import BodyShape

WORKSPACE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/"
    "Microsoft.MachineLearningServices/workspaces/local"
)
DATASTORE = "azureml://datastores/workspaceblobstore/paths"
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


def _resource(**properties: JSON) -> JSON:
    return {"tags": {"team": "wine"}, "properties": {**WORDS, **properties}}


ENDPOINT = BodyShape(
    "Endpoint",
    partial(arm_resources.read_endpoint, "wine-scorer"),
    [
        _resource(authMode="aadToken", defaults={"deploymentName": "main"}) | {"location": "local"},
    ],
)
DEPLOYMENT = BodyShape(
    "Deployment",
    partial(arm_resources.read_deployment, "wine-scorer", "main"),
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
            resources={"instanceCount": 2},
            **SETTINGS,
        )
        | {"location": "local"},
    ],
)
MODEL = BodyShape(
    "Model",
    partial(arm_assets.read_model, "wines", "1"),
    [_resource(modelUri=f"{DATASTORE}/models/wines", modelType="mlflow_model")],
)
DATA = BodyShape(
    "Data",
    partial(arm_assets.read_data, "wines", "1"),
    [_resource(dataUri=f"{DATASTORE}/wines", dataType="uri_folder")],
)
CODE = BodyShape(
    "Code",
    partial(arm_assets.read_code, "score", "1"),
    [_resource(codeUri=f"{DATASTORE}/code/score")],
)
ENVIRONMENT = BodyShape(
    "Environment",
    partial(arm_assets.read_environment, "wine", "1"),
    [_resource(condaFile="dependencies:\n- python=3.13\n", image="any", osType="Linux")],
)
INVOCATION = BodyShape(
    "Invocation",
    lambda body: read_invocation(body, BatchSettings()),
    [
        {
            "properties": {
                "inputData": {"wines": {"jobInputType": "UriFolder", "uri": f"{DATASTORE}/wines"}},
                "outputData": {
                    "score": {"jobOutputType": "UriFile", "uri": f"{DATASTORE}/out/scores.csv"}
                },
                "compute": {"instanceCount": 2},
                "name": "tuesday",
                "properties": {"experimentName": "wines"},
                **SETTINGS,
            }
        },
        {
            "properties": {
                "dataset": {"dataInputType": "DataUrl", "path": f"{DATASTORE}/wines"},
                "outputDataset": {"datastoreId": "workspaceblobstore", "path": "out"},
                "outputFileName": "scores.csv",
            }
        },
        {
            "properties": {
                "dataset": {
                    "dataInputType": "DatasetVersion",
                    "datasetName": "wines",
                    "datasetVersion": "1",
                }
            }
        },
        {"properties": {"dataset": {"dataInputType": "DatasetId", "datasetId": "azureml:wines:1"}}},
    ],
)
