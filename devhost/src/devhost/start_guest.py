"""Starts a guest: a host without a task hub of its own, beside one that has it.

1. A relay to that host's side-car, whose address every durable client of the app needs.
2. Workers, and the membership: from now on it runs its share of the activities.
3. HTTP. Triggers are for the host with the hub: each runs once, however many hosts there are.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from devhost.durable.binding import client_binding
from devhost.durable_app import AppDurableFunctions, durable_names
from devhost.guests.forwarding import Forwarding
from devhost.guests.membership import Membership
from devhost.guests.messages import Join
from devhost.guests.relay import Relay
from devhost.http.admin import Admin
from devhost.http.gate import Gate
from devhost.http.http_server import HttpServer
from devhost.invocations import Invocations
from devhost.keys import HostKeys, load_keys
from devhost.manual_runs import ManualRuns
from devhost.preparing import Prepared
from devhost.start_host import make_callers, make_worker_factory, make_workers, serve_http
from devhost.worker.worker import Worker


@dataclass(frozen=True)
class GuestHost:
    """All that runs. `start_guest` makes one; stop it once."""

    membership: Membership
    relay: Relay
    workers: Worker
    http: web.AppRunner
    forwarding: Forwarding

    async def stop(self, grace_s: float) -> None:
        """HTTP and activities have the grace; the host with the hub gives the rest to others."""
        await asyncio.gather(self.http.cleanup(), self.membership.stop(grace_s))
        await self.forwarding.close()
        self.relay.close()
        await self.workers.stop(0)


async def start_guest(prepared: Prepared, *, on_broken: Callable[[], None]) -> GuestHost:
    """`on_broken` is called when it cannot go on: too many of its worker processes died."""
    keys = load_keys(prepared.options.state)
    relay = await Relay.open(lambda: membership.rpc_port)
    binding = client_binding(
        prepared.settings.hub_name,
        rpc_url=relay.url,
        http_base=prepared.url,
        system_key=keys.system,
    )
    factory = make_worker_factory(prepared, lambda: binding)
    workers = make_workers(prepared, factory, on_broken)
    invocations = Invocations(turns=factory.turns(), workers=workers)
    membership = _membership(prepared, invocations, workers)
    forwarding = Forwarding(lambda: membership.host)
    await workers.start()
    application = _application(prepared, keys, invocations, membership, forwarding)
    http = await serve_http(prepared, application)
    membership.start()
    return GuestHost(membership, relay, workers, http, forwarding)


def _membership(prepared: Prepared, invocations: Invocations, workers: Worker) -> Membership:
    names = durable_names(prepared.functions)

    def join(still_open: Sequence[tuple[int, str, str | None]]) -> Join:
        limit = prepared.settings.max_activities
        return Join(os.getpid(), prepared.port, limit, names, still_open)

    functions = AppDurableFunctions(prepared.functions, invocations)
    return Membership(prepared.options.state, join, functions, workers.kill_one)


def _application(
    prepared: Prepared,
    keys: HostKeys,
    invocations: Invocations,
    membership: Membership,
    forwarding: Forwarding,
) -> web.Application:
    routes, run_by_hand = prepared.routes, ManualRuns(invocations).start
    admin = Admin(
        prepared.functions,
        routes.all,
        run_by_hand,
        has_hub=lambda: membership.host is not None,
    )
    gate = Gate(keys if prepared.options.auth else None)
    server = HttpServer(routes, invocations, admin, gate, make_callers(prepared))
    application = server.application()
    forwarding.add_to(application)
    server.mount(application)
    return application
