"""Starts a host, from the inside out.

1. The Durable engine: its lock keeps a second host out. Then its gRPC service, whose address
   every durable client of the app needs.
2. Workers.
3. HTTP, then the triggers.
"""

import asyncio
import os
from collections.abc import Callable
from datetime import datetime
from functools import partial

from aiohttp import web

from devhost.app_settings import thread_count, worker_count
from devhost.durable.binding import client_binding
from devhost.durable.http_api import add_durable_routes
from devhost.durable.hub import HubLocked, HubOptions, TaskHub
from devhost.durable.sidecar.server import SidecarServer
from devhost.durable_app import AppDurableFunctions, durable_names
from devhost.durable_functions import DurableFunctions
from devhost.functions_host import FunctionsHost
from devhost.guests.messages import Welcome
from devhost.guests.reception import Reception
from devhost.guests.shared_functions import SharedFunctions
from devhost.hazards import HazardousFunctions
from devhost.hazards_of_events import EventHazards, HeldBack
from devhost.host_errors import CannotServe
from devhost.http.admin import Admin
from devhost.http.authorities import Authority
from devhost.http.callers import Callers
from devhost.http.gate import Gate
from devhost.http.http_server import HttpServer
from devhost.http.requests import LARGEST_HEADERS
from devhost.invocations import Invocations
from devhost.keys import HostKeys, load_keys
from devhost.manual_runs import ManualRuns
from devhost.preparing import Prepared
from devhost.tls.serving import certificate_of, fingerprint
from devhost.triggers.blob_runs import BlobRuns
from devhost.triggers.blob_webhook import add_blob_webhook
from devhost.triggers.event_grid_blobs import EventGridBlobs
from devhost.triggers.polled_blobs import PolledBlobs
from devhost.triggers.timer_triggers import TimerTriggers, time_zone
from devhost.triggers.trigger_state import TriggerState
from devhost.worker.choice import WorkerFactory
from devhost.worker.worker import Worker

KEEP_ALIVE_S = 130  # the real web server's patience with an idle connection


async def start_host(prepared: Prepared, *, on_broken: Callable[[], None]) -> FunctionsHost:
    """`on_broken` is called when it cannot go on: too many of its worker processes died."""
    keys = load_keys(prepared.options.state)
    binding: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    factory = make_worker_factory(prepared, binding.result)
    workers = make_workers(prepared, factory, on_broken)
    invocations = Invocations(turns=factory.turns(), workers=workers)
    shared = _shared_functions(prepared, invocations, workers)
    hub = await _open_hub(prepared, _durable_functions(prepared, shared))
    sidecar = await SidecarServer.open(hub)
    binding.set_result(
        client_binding(
            hub.name, rpc_url=sidecar.url, http_base=prepared.url, system_key=keys.system
        )
    )
    callers = make_callers(prepared)
    welcome = _welcome(prepared, sidecar)
    names = durable_names(prepared.functions)
    reception = Reception(
        prepared.options.state, shared, welcome, names, hub.resize, callers.also_at
    )
    await reception.open()
    hub.resume()
    await workers.start()
    # After the lock is held: what it records is for one host at a time.
    records = TriggerState(prepared.options.state / "triggers.db")
    events = _event_grid_blobs(prepared, invocations, records)
    events.start()  # with what was taken before, and before HTTP brings more
    http = await serve_http(
        prepared, _application(prepared, keys, invocations, hub, events, callers)
    )
    timers = _timers(prepared, invocations, records)
    polled = _polled_blobs(prepared, invocations, records)
    for each in (timers, polled):
        each.start()
    triggers = (timers, polled, events)
    return FunctionsHost(hub, sidecar, workers, http, records, triggers, reception)


def make_worker_factory(prepared: Prepared, binding: Callable[[], str]) -> WorkerFactory:
    settings = prepared.settings
    return WorkerFactory(
        functions=prepared.functions,
        app_folder=prepared.options.app_folder,
        threads=thread_count(),
        timeout=settings.function_timeout,
        visibility=prepared.options.visibility or settings.work_item_visibility,
        log_levels=settings.log_levels,
        client_binding=binding,
    )


def make_workers(
    prepared: Prepared, factory: WorkerFactory, on_broken: Callable[[], None]
) -> Worker:
    options = prepared.options
    count = worker_count() if options.workers is None else options.workers
    if count == 0:
        return factory.threads_of_the_host()
    deaths = 0 if "worker-death" in options.hazards else options.worker_deaths
    return factory.processes(count, deaths, on_broken)


def _shared_functions(
    prepared: Prepared, invocations: Invocations, workers: Worker
) -> SharedFunctions:
    own = AppDurableFunctions(prepared.functions, invocations)
    return SharedFunctions(own, prepared.settings.max_activities, workers.kill_one)


def _durable_functions(prepared: Prepared, shared: SharedFunctions) -> DurableFunctions:
    options = prepared.options
    if not options.hazards:
        return shared
    return HazardousFunctions(shared, options.hazards, options.hazard_seed, shared.kill_worker)


async def _open_hub(prepared: Prepared, functions: DurableFunctions) -> TaskHub:
    settings = prepared.settings
    options = HubOptions(
        database=prepared.options.state / "devhost.db",
        name=settings.hub_name,
        max_activities=settings.max_activities,
        max_orchestrations=settings.max_orchestrations,
        max_entities=settings.max_entities,
        replaces_running=settings.replaces_running,
    )
    try:
        return await TaskHub.open(functions, options)
    except HubLocked as error:
        raise CannotServe(
            f"Another host uses the state folder '{prepared.options.state}'.",
            fix="Stop it, choose another folder with --state, or join it with --join.",
        ) from error


def _welcome(prepared: Prepared, sidecar: SidecarServer) -> Welcome:
    """What guests are told."""
    certificate = certificate_of(prepared.options) if prepared.tls else None
    shown = b"" if certificate is None else fingerprint(certificate)
    return Welcome(os.getpid(), prepared.url, sidecar.port, shown.hex())


def _application(
    prepared: Prepared,
    keys: HostKeys,
    invocations: Invocations,
    hub: TaskHub,
    events: EventGridBlobs,
    callers: Callers,
) -> web.Application:
    routes = prepared.routes
    admin = Admin(prepared.functions, routes.all, ManualRuns(invocations).start)
    gate = Gate(keys if prepared.options.auth else None)
    server = HttpServer(routes, invocations, admin, gate, callers)
    application = server.application()
    add_durable_routes(application, hub, system_key=keys.system)
    add_blob_webhook(application, events)
    server.mount(application)
    return application


def make_callers(prepared: Prepared) -> Callers:
    """A reverse proxy that PUBLIC_URL names may pass on the name that it is called by."""
    public = Authority.of_url(os.environ.get("PUBLIC_URL", ""))
    added = [*prepared.options.allowed_hosts, *([public] if public else [])]
    is_tls = prepared.tls is not None
    return Callers(prepared.options.host, prepared.port, is_tls=is_tls, added=added)


async def serve_http(prepared: Prepared, application: web.Application) -> web.AppRunner:
    runner = web.AppRunner(
        application,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=prepared.options.grace_s,
        # Above the limits that are checked later, where the right status is known.
        max_line_size=8 * LARGEST_HEADERS,
        max_field_size=8 * LARGEST_HEADERS,
        keepalive_timeout=KEEP_ALIVE_S,
        auto_decompress=False,  # bodies are the functions', as they were sent
    )
    await runner.setup()
    await web.SockSite(runner, prepared.listener, ssl_context=prepared.tls).start()
    return runner


def _timers(prepared: Prepared, invocations: Invocations, records: TriggerState) -> TimerTriggers:
    clock = partial(datetime.now, time_zone())
    return TimerTriggers(prepared.timers, invocations, records, clock=clock)


def _polled_blobs(
    prepared: Prepared, invocations: Invocations, records: TriggerState
) -> PolledBlobs:
    polled = (one for one in prepared.blob_triggers if not one.is_told_by_event_grid)
    runs = BlobRuns(invocations, prepared.options.state)
    return PolledBlobs(polled, runs, records, HeldBack(_event_hazards(prepared)))


def _event_grid_blobs(
    prepared: Prepared, invocations: Invocations, records: TriggerState
) -> EventGridBlobs:
    told = (one for one in prepared.blob_triggers if one.is_told_by_event_grid)
    runs = BlobRuns(invocations, prepared.options.state)
    return EventGridBlobs(told, runs, records, _event_hazards(prepared))


def _event_hazards(prepared: Prepared) -> EventHazards:
    return EventHazards(prepared.options.hazards, prepared.options.hazard_seed)
