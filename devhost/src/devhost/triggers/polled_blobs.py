"""Blob triggers that poll: a new or changed blob runs its function, once.

1. Poll: list the container, and pick the blobs that fit and have no receipt for their etag.
2. Run the function.
3. Write the receipt, after a success as after the last failure. A host that dies before that
   runs the blob again at restart, as the real one does.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from functools import partial

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob import BlobProperties
from azure.storage.blob.aio import BlobServiceClient, ContainerClient

from devhost.hazards_of_events import BlobVersion, HeldBack
from devhost.triggers.blob_runs import AT_ONCE, BlobRuns, full_name
from devhost.triggers.blob_triggers import BlobTrigger
from devhost.triggers.resting import rest, wait_or_cancel
from devhost.triggers.trigger_state import TriggerState

log = logging.getLogger(__name__)

POLL_S = 0.5
# A long listing is repeated less often, so that polling takes a tenth of the time at most.
REST_PER_POLL = 9


class PolledBlobs:
    """Watches the containers until it is stopped."""

    def __init__(
        self,
        triggers: Iterable[BlobTrigger],
        runs: BlobRuns,
        state: TriggerState,
        held_back: HeldBack,
    ) -> None:
        self._triggers = triggers
        self._runs = runs
        self._state = state
        self._held_back = held_back
        self._in_work: set[BlobVersion] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = asyncio.Event()

    def start(self) -> None:
        for trigger in self._triggers:
            self._spawn(self._watch(trigger))

    async def stop(self, grace_s: float) -> None:
        """No more polling; what runs gets its receipt if it ends within the grace."""
        self._is_stopping.set()
        await wait_or_cancel(self._tasks, grace_s)

    async def _watch(self, trigger: BlobTrigger) -> None:
        slots = asyncio.Semaphore(AT_ONCE)
        trouble = ""
        async with BlobServiceClient.from_connection_string(trigger.connection) as service:
            container = service.get_container_client(trigger.path.container)
            while not self._is_stopping.is_set():
                began = time.monotonic()
                trouble = _log_trouble_once(
                    trigger, await self._trouble(trigger, container, slots), trouble
                )
                rest_s = max(POLL_S, REST_PER_POLL * (time.monotonic() - began))
                await rest(self._is_stopping, rest_s)

    async def _trouble(
        self, trigger: BlobTrigger, container: ContainerClient, slots: asyncio.Semaphore
    ) -> str:
        """Poll once; why it could not, in words."""
        try:
            await self._poll(trigger, container, slots)
        except ResourceNotFoundError:
            pass  # the container may be made later
        except AzureError as error:
            return str(error).splitlines()[0]
        self._held_back.first_scan_is_over(trigger.function.name)
        return ""

    async def _poll(
        self, trigger: BlobTrigger, container: ContainerClient, slots: asyncio.Semaphore
    ) -> None:
        async for version, blob in self._news(trigger, container):
            await slots.acquire()
            if self._is_stopping.is_set():
                return
            self._in_work.add(version)
            task = self._spawn(self._handle(trigger, container, blob, version))
            task.add_done_callback(partial(self._leave, version, slots))

    def _leave(self, version: BlobVersion, slots: asyncio.Semaphore, _: asyncio.Task[None]) -> None:
        self._in_work.discard(version)
        slots.release()

    async def _news(
        self, trigger: BlobTrigger, container: ContainerClient
    ) -> AsyncIterator[tuple[BlobVersion, BlobProperties]]:
        path, function = trigger.path, trigger.function.name
        listed = container.list_blobs(name_starts_with=path.prefix or None, include=["metadata"])
        async for blob in listed:
            version = BlobVersion(function, f"{path.container}/{blob.name}", blob.etag)
            if version in self._in_work or not path.matches(blob.name):
                continue
            if not self._state.has_receipt(*version) and not self._held_back.is_held(version):
                yield version, blob

    async def _handle(
        self,
        trigger: BlobTrigger,
        container: ContainerClient,
        blob: BlobProperties,
        version: BlobVersion,
    ) -> None:
        """The blob as it was listed; a newer one is a call of its own."""
        client = container.get_blob_client(blob.name)
        try:
            await self._runs.run(trigger, client, blob)
        except AzureError as error:  # deleted or changed since the listing: the next poll will see
            log.info("Blob '%s' was not read: %s", full_name(client), error)
            return
        if not self._held_back.comes_again(version):
            self._state.remember_receipt(*version)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _log_trouble_once(trigger: BlobTrigger, trouble: str, before: str) -> str:
    """Say once that a container cannot be watched, not at every poll."""
    if trouble and not before:
        log.warning("'%s' cannot watch its container: %s", trigger.function.name, trouble)
    return trouble
