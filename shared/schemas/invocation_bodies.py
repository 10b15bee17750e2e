"""The body of an invocation, in all its forms: what OpenAPI shows of it."""

from shared.domain.deployment import BatchSettings
from shared.schemas.arm_webhooks import EXAMPLE_URL
from shared.schemas.bodies import FILES, SETTINGS
from shared.schemas.invocation import read_invocation
from shared.schemas.shapes import BodyShape
from shared.schemas.trial import EXAMPLE as TRIAL
from shared.schemas.trial import EXAMPLE_TEXTS as TRIAL_TEXTS
from shared.schemas.webhook_bodies import SAMPLE

INVOCATION = BodyShape(
    "Invocation",
    lambda body: read_invocation(body, BatchSettings()),
    [
        {
            "properties": {
                "inputData": {
                    "wines": {
                        "jobInputType": "UriFolder",
                        "uri": f"{FILES}/wines",
                        "include": ["**/*.csv"],
                        "exclude": ["drafts/**"],
                        "changedSince": "2026-11-01T00:00:00Z",
                        "newest": 1000,
                        "split": "size",
                    }
                },
                "outputData": {
                    "score": {"jobOutputType": "UriFile", "uri": f"{FILES}/out/scores.csv"}
                },
                "compute": {"instanceCount": 2},
                "name": "tuesday",
                "properties": {"experimentName": "wines", **TRIAL_TEXTS},
                **TRIAL,
                "webhook": {
                    "url": EXAMPLE_URL,
                    "events": ["job.ended"],
                    "secret": SAMPLE,
                },
                **SETTINGS,
            }
        },
        {
            "properties": {
                "inputData": {
                    "wines": {
                        "jobInputType": "UriFile",
                        "uri": f"{FILES}/wines/list.txt",
                        "manifest": True,
                    }
                }
            }
        },
        {
            "properties": {
                "dataset": {"dataInputType": "DataUrl", "path": f"{FILES}/wines"},
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
