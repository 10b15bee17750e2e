"""A running host: functions, the Durable engine, HTTP and triggers, until it is stopped."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from devhost.durable.hub import TaskHub
from devhost.durable.sidecar.server import SidecarServer
from devhost.guests.reception import Reception
from devhost.triggers.event_grid_blobs import EventGridBlobs
from devhost.triggers.polled_blobs import PolledBlobs
from devhost.triggers.timer_triggers import TimerTriggers
from devhost.triggers.trigger_state import TriggerState
from devhost.worker.worker import Worker


@dataclass(frozen=True)
class FunctionsHost:
    """All that runs. `start_host` makes one; stop it once."""

    hub: TaskHub
    sidecar: SidecarServer
    workers: Worker
    http: web.AppRunner
    trigger_state: TriggerState
    triggers: Sequence[TimerTriggers | PolledBlobs | EventGridBlobs]
    reception: Reception

    async def stop(self, grace_s: float) -> None:
        """No new work first, then a grace for what runs, then the engine's last commit.

        HTTP before the engine: its functions still need it. All within one grace.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + grace_s
        await asyncio.gather(
            *(triggers.stop(grace_s) for triggers in self.triggers), self.http.cleanup()
        )
        self.reception.close()
        await self.hub.drain(max(0, deadline - clock()))
        await self.sidecar.stop()
        await self.hub.close()
        await self.workers.stop(max(0, deadline - clock()))
        self.trigger_state.close()
