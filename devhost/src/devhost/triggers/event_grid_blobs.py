"""Blob triggers of Event Grid: each event runs its function, on the blob as it is by then.

Events are kept in the state folder until they have run: a host that is killed goes on with them at
its next start. As with the real host, the trigger's path decides nothing (that is the filter of the
subscription), an event that is told again runs again, and one about a blob that is gone does not.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Mapping, Sequence

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient

from devhost.hazards_of_events import EventHazards
from devhost.triggers.blob_runs import AT_ONCE, TRIES, BlobRuns
from devhost.triggers.blob_triggers import BlobTrigger
from devhost.triggers.resting import rest, wait_or_cancel
from devhost.triggers.trigger_state import BlobEvent, TriggerState

log = logging.getLogger(__name__)

RETRY_S = 0.5  # the store does not answer


class EventGridBlobs:
    """Takes events, and runs the functions until it is stopped."""

    def __init__(
        self,
        triggers: Iterable[BlobTrigger],
        runs: BlobRuns,
        state: TriggerState,
        hazards: EventHazards,
    ) -> None:
        self._triggers: Mapping[str, BlobTrigger] = {
            one.function.name.casefold(): one for one in triggers
        }
        self._runs = runs
        self._state = state
        self._hazards = hazards
        self._slots: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = asyncio.Event()

    def start(self) -> None:
        """Go on with what an earlier host took and did not run."""
        for event in self._state.blob_events():
            self._spawn(self._handle(event, after_s=0))

    async def stop(self, grace_s: float) -> None:
        """What has not begun is for the next start."""
        self._is_stopping.set()
        await wait_or_cancel(self._tasks, grace_s)

    def take(self, function: str, blobs: Sequence[tuple[str, str]]) -> None:
        """Events about blobs of these containers and names; of an unknown function, nothing.

        They are on record when it returns.
        """
        trigger = self._triggers.get(function.casefold())
        if trigger is None:
            log.warning("Events for '%s', which is no blob trigger of Event Grid.", function)
            return
        name = trigger.function.name
        for container, blob in blobs:
            for after_s in self._hazards.deliveries(name, f"{container}/{blob}"):
                event = self._state.remember_blob_event(name, container, blob)
                self._spawn(self._handle(event, after_s))

    async def _handle(self, event: BlobEvent, after_s: float) -> None:
        await rest(self._is_stopping, after_s)
        async with self._slots[event.function]:
            if self._is_stopping.is_set():
                return
            trigger = self._triggers.get(event.function.casefold())
            if trigger is not None:  # else the app has changed
                await self._run(trigger, event)
        self._state.forget_blob_event(event)

    async def _run(self, trigger: BlobTrigger, event: BlobEvent) -> None:
        async with BlobServiceClient.from_connection_string(trigger.connection) as service:
            client = service.get_blob_client(event.container, event.blob)
            for _ in range(TRIES):
                try:
                    await self._runs.run(trigger, client, await client.get_blob_properties())
                except ResourceNotFoundError:
                    log.info("Blob '%s/%s' is gone.", event.container, event.blob)
                except AzureError as error:
                    log.warning("Blob '%s/%s' was not read: %s", event.container, event.blob, error)
                    await rest(self._is_stopping, RETRY_S)
                    continue
                return
            log.error("Blob '%s/%s' was given up.", event.container, event.blob)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
