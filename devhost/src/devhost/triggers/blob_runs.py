"""Runs of blob triggers: the blob is read, its function runs, up to five times as long as it fails.

What fails that often is poison, and is put aside.
"""

import json
import logging
from pathlib import Path

from azure.core import MatchConditions
from azure.storage.blob import BlobProperties
from azure.storage.blob.aio import BlobClient

from devhost.invocations import Invocations
from devhost.private_files import private_file
from devhost.triggers.blob_triggers import BlobTrigger
from devhost.worker.function_invocation import BlobCall

log = logging.getLogger(__name__)

TRIES = 5  # the real host's, before a blob counts as poison
AT_ONCE = 16  # blobs of one function in work at the same time
POISON = "webjobs-blobtrigger-poison"


class BlobRuns:
    """Runs the functions of blob triggers, whoever told of the blobs."""

    def __init__(self, invocations: Invocations, state: Path) -> None:
        self._invocations = invocations
        self._poison = state / f"{POISON}.jsonl"

    async def run(self, trigger: BlobTrigger, client: BlobClient, blob: BlobProperties) -> None:
        """Run the function on that version of a blob.

        Raises AzureError when it cannot be read: it was deleted or changed, or the store is away.
        """
        call = await _call(client, blob)
        for _ in range(TRIES):
            outcome = await self._invocations.run(trigger.function, call)
            if outcome.failure is None:
                return
        self._put_aside(trigger, client, blob.etag)

    def _put_aside(self, trigger: BlobTrigger, client: BlobClient, etag: str) -> None:
        name = full_name(client)
        log.error("Blob '%s' failed %d times; see '%s'.", name, TRIES, self._poison)
        private_file(self._poison)
        with self._poison.open("a") as file:
            file.write(_poison_message(trigger, client, etag) + "\n")


def full_name(client: BlobClient) -> str:
    return f"{client.container_name}/{client.blob_name}"


async def _call(client: BlobClient, blob: BlobProperties) -> BlobCall:
    download = await client.download_blob(
        etag=blob.etag, match_condition=MatchConditions.IfNotModified
    )
    properties = {
        "ContentLength": blob.size,
        "ETag": blob.etag,
        "ContentType": blob.content_settings.content_type,
    }
    content, metadata = await download.readall(), blob.metadata or {}
    return BlobCall(full_name(client), client.url, content, properties, metadata)


def _poison_message(trigger: BlobTrigger, client: BlobClient, etag: str) -> str:
    """What the real host sends to its poison queue; here a file takes it."""
    return json.dumps(
        {
            "Type": "BlobTrigger",
            "FunctionId": f"Host.Functions.{trigger.function.name}",
            "BlobType": "BlockBlob",
            "ContainerName": client.container_name,
            "BlobName": client.blob_name,
            "ETag": etag,
        }
    )
