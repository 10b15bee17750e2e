"""The bodies of watches, and of the events that storage posts: what OpenAPI shows of them."""

from functools import partial

from shared.schemas import arm_watches
from shared.schemas.blob_events import read_blob_events
from shared.schemas.shapes import BodyShape

SCORED = "azureml://datastores/workspaceblobstore/paths/scored/{batch}/predictions.csv"

WATCH = BodyShape(
    "Watch",
    partial(arm_watches.read_watch, "wine-scorer", "nightly"),
    [
        {
            "tags": {"team": "wine"},
            "properties": {
                "description": "Scores what the cellar sends.",
                "deploymentName": "main",
                "source": {
                    "datastoreName": "workspaceblobstore",
                    "folder": "cellar",
                    "include": ["*.csv"],
                    "exclude": ["draft-*"],
                },
                "gather": {
                    "quietSeconds": 30,
                    "mostFiles": 1000,
                    "mostWaitSeconds": 600,
                    "marker": "_SUCCESS",
                },
                "overrides": {"miniBatchSize": 20},
                "output": {"uri": SCORED},
                "state": "Enabled",
            },
        }
    ],
)
BLOB_EVENTS = BodyShape(
    "BlobEvents",
    read_blob_events,
    [
        {
            "eventType": "Microsoft.Storage.BlobCreated",
            "subject": "/blobServices/default/containers/batch-inbox/blobs/wine-scorer/reds.csv",
        },
        {
            "type": "Microsoft.Storage.BlobCreated",
            "subject": "/blobServices/default/containers/batch-inbox/blobs/wine-scorer/reds.csv",
        },
        {
            "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
            "data": {"validationCode": "512d38b6-c7b8-40c8-89fe-f46f9e9622b6"},
        },
    ],
)
