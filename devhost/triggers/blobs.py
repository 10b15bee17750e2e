"""Blob triggers: a new or changed blob runs its function, once, or five times if it fails.

1. Poll: list the container, and pick the blobs that fit and have no receipt for their etag.
2. Run the function, up to five times as long as it fails.
3. Write the receipt, after a success as after the last failure. A host that dies before that
   runs the blob again at restart, as the real one does.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob import BlobProperties
from azure.storage.blob.aio import BlobServiceClient, ContainerClient

from devhost.app_settings import resolve
from devhost.invocations import Invocations
from devhost.private import private_file
from devhost.triggers.blob_paths import BadBlobPath, BlobPath, parse_blob_path
from devhost.triggers.memory import Memory
from devhost.triggers.resting import ended, rest
from devhost.triggers.storage import connection_string
from devhost.worker.checks import Complaint
from devhost.worker.functions import Function, Kind
from devhost.worker.indexing import refuse
from devhost.worker.invocation import BlobCall

log = logging.getLogger(__name__)

TRIES = 5  # the real host's, before a blob counts as poison
AT_ONCE = 16  # blobs of one function in work at the same time
POLL_S = 0.5
# A long listing is repeated less often, so that polling takes a tenth of the time at most.
REST_PER_POLL = 9
POISON = "webjobs-blobtrigger-poison"


type Key = tuple[str, str, str]  # function, blob, etag


@dataclass(frozen=True)
class BlobTrigger:
    """One function, and the blobs that run it."""

    function: Function
    path: BlobPath
    connection: str

    def full_name(self, blob: BlobProperties) -> str:
        return f"{self.path.container}/{blob.name}"


def find_blob_triggers(functions: Iterable[Function]) -> list[BlobTrigger]:
    """The app's blob triggers; AppRefused when a path or a connection makes no sense."""
    triggers, complaints = [], []
    for function in (one for one in functions if one.kind is Kind.BLOB):
        try:
            triggers.append(_trigger(function))
        except BadBlobPath as error:
            complaints.append(_bad_path(function, error))
    refuse(complaints)
    return triggers


class BlobTriggers:
    """Watches the containers until it is stopped."""

    def __init__(
        self,
        triggers: Iterable[BlobTrigger],
        invocations: Invocations,
        memory: Memory,
        poison: Path,
    ) -> None:
        self._triggers = triggers
        self._invocations = invocations
        self._memory = memory
        self._poison = poison / f"{POISON}.jsonl"
        self._in_work: set[Key] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = asyncio.Event()

    def start(self) -> None:
        for trigger in self._triggers:
            self._spawn(self._watch(trigger))

    async def stop(self, grace_s: float) -> None:
        """No more polling; what runs gets its receipt if it ends within the grace."""
        self._is_stopping.set()
        await ended(self._tasks, grace_s)

    async def _watch(self, trigger: BlobTrigger) -> None:
        slots = asyncio.Semaphore(AT_ONCE)
        trouble = ""
        async with BlobServiceClient.from_connection_string(trigger.connection) as service:
            container = service.get_container_client(trigger.path.container)
            while not self._is_stopping.is_set():
                began = time.monotonic()
                trouble = _told(trigger, await self._trouble(trigger, container, slots), trouble)
                rest_s = max(POLL_S, REST_PER_POLL * (time.monotonic() - began))
                await rest(self._is_stopping, rest_s)

    async def _trouble(
        self, trigger: BlobTrigger, container: ContainerClient, slots: asyncio.Semaphore
    ) -> str:
        """Poll once; what kept it from its work, in words."""
        try:
            await self._poll(trigger, container, slots)
        except ResourceNotFoundError:
            return ""  # the container may be made later
        except AzureError as error:
            return str(error).splitlines()[0]
        return ""

    async def _poll(
        self, trigger: BlobTrigger, container: ContainerClient, slots: asyncio.Semaphore
    ) -> None:
        async for blob in self._news(trigger, container):
            await slots.acquire()
            if self._is_stopping.is_set():
                return
            key = (trigger.function.name, blob.name, blob.etag)
            self._in_work.add(key)
            task = self._spawn(self._handle(trigger, container, blob))
            task.add_done_callback(partial(self._leave, key, slots))

    def _leave(self, key: Key, slots: asyncio.Semaphore, _: asyncio.Task[None]) -> None:
        self._in_work.discard(key)
        slots.release()

    async def _news(
        self, trigger: BlobTrigger, container: ContainerClient
    ) -> AsyncIterator[BlobProperties]:
        function = trigger.function.name
        prefix = trigger.path.prefix or None
        async for blob in container.list_blobs(name_starts_with=prefix, include=["metadata"]):
            is_in_work = (function, blob.name, blob.etag) in self._in_work
            if is_in_work or not trigger.path.matches(blob.name):
                continue
            if not self._memory.has_receipt(function, trigger.full_name(blob), blob.etag):
                yield blob

    async def _handle(
        self, trigger: BlobTrigger, container: ContainerClient, blob: BlobProperties
    ) -> None:
        name = trigger.full_name(blob)
        try:
            call = await _call(container, blob, name)
        except AzureError as error:  # deleted or changed since the listing: the next poll will see
            log.info("Blob '%s' was not read: %s", name, error)
            return
        if not await self._succeeds(trigger.function, call):
            log.error("Blob '%s' failed %d times; see '%s'.", name, TRIES, self._poison)
            private_file(self._poison)
            with self._poison.open("a") as file:
                file.write(_poison_message(trigger, blob) + "\n")
        self._memory.remember_receipt(trigger.function.name, name, blob.etag)

    async def _succeeds(self, function: Function, call: BlobCall) -> bool:
        for _ in range(TRIES):
            outcome = await self._invocations.run(function, call)
            if outcome.failure is None:
                return True
        return False

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _told(trigger: BlobTrigger, trouble: str, before: str) -> str:
    """Say once that a container cannot be watched, not at every poll."""
    if trouble and not before:
        log.warning("'%s' cannot watch its container: %s", trigger.function.name, trouble)
    return trouble


async def _call(container: ContainerClient, blob: BlobProperties, name: str) -> BlobCall:
    """The blob as it was listed; a newer one is a call of its own."""
    client = container.get_blob_client(blob.name)
    download = await client.download_blob(
        etag=blob.etag, match_condition=MatchConditions.IfNotModified
    )
    properties = {
        "ContentLength": blob.size,
        "ETag": blob.etag,
        "ContentType": blob.content_settings.content_type,
    }
    return BlobCall(name, client.url, await download.readall(), properties, blob.metadata or {})


def _poison_message(trigger: BlobTrigger, blob: BlobProperties) -> str:
    """What the real host sends to its poison queue; here a file takes it."""
    return json.dumps(
        {
            "Type": "BlobTrigger",
            "FunctionId": f"Host.Functions.{trigger.function.name}",
            "BlobType": "BlockBlob",
            "ContainerName": trigger.path.container,
            "BlobName": blob.name,
            "ETag": blob.etag,
        }
    )


def _trigger(function: Function) -> BlobTrigger:
    where = f"The blob trigger '{function.name}'"
    path = parse_blob_path(resolve(str(function.trigger["path"]), where=where))
    connection = str(function.trigger.get("connection") or "AzureWebJobsStorage")
    return BlobTrigger(function, path, connection_string(connection, where=where))


def _bad_path(function: Function, error: BadBlobPath) -> Complaint:
    return Complaint(
        function.name,
        f"its path '{function.trigger['path']}' cannot be read: {error}.",
        "Write it as 'container/{name}' or 'container/folder/{name}.{ext}'.",
    )
