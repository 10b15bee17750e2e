"""One host: an app's functions, the Durable engine, the HTTP server, from start to stop.

1. start: the Durable engine first (its lock keeps a second host out), then workers, HTTP, triggers.
2. stop: no new work first, then a grace for what runs, then the engine's last commit.
"""

import asyncio
import os
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial

from aiohttp import web

from devhost.app_settings import thread_count, worker_count
from devhost.by_hand import payload_by_hand
from devhost.durable.binding import client_binding
from devhost.durable.http_api import add_durable_routes
from devhost.durable.hub import HubLocked, TaskHub
from devhost.durable_app import AppDurableFunctions
from devhost.errors import CannotServe
from devhost.hazards import HazardousFunctions
from devhost.http.admin import Admin
from devhost.http.authorities import Authority
from devhost.http.callers import Callers
from devhost.http.gate import Gate
from devhost.http.http_server import HttpServer
from devhost.http.requests import LARGEST_HEADERS
from devhost.invocations import Invocations
from devhost.keys import load_keys
from devhost.ports import DurableFunctions
from devhost.preparing import Prepared
from devhost.triggers.blobs import BlobTriggers
from devhost.triggers.memory import Memory
from devhost.triggers.timers import TimerTriggers, time_zone
from devhost.worker.choice import WorkerFactory
from devhost.worker.functions import Function
from devhost.worker.invocation import Outcome
from devhost.worker.worker import Worker

KEEP_ALIVE_S = 130  # the real web server's patience with an idle connection
HTTP_THREADS = 64  # for HTTP functions beside a full load of activities


class Host:
    """The running host. Start it once, stop it once.

    `on_broken` is called when it cannot go on: too many of its worker processes died.
    """

    def __init__(self, prepared: Prepared, *, on_broken: Callable[[], None]) -> None:
        self._prepared = prepared
        settings = prepared.settings
        self._by_hand: set[asyncio.Task[Outcome]] = set()
        self._keys = load_keys(prepared.options.state)
        workplace = self._workplace()
        self._workers = self._choose_workers(workplace, on_broken)
        self._invocations = Invocations(turns=workplace.turns(), workers=self._workers)
        self._hub = TaskHub(
            functions=self._durable_functions(),
            database=prepared.options.state / "devhost.db",
            name=settings.hub_name,
            max_activities=settings.max_activities,
            max_orchestrations=settings.max_orchestrations,
            max_entities=settings.max_entities,
        )
        self._runner = web.AppRunner(
            self._web(),
            access_log=None,
            handle_signals=False,
            shutdown_timeout=prepared.options.grace_s,
            # Above the limits that are checked later, where the right status is known.
            max_line_size=8 * LARGEST_HEADERS,
            max_field_size=8 * LARGEST_HEADERS,
            keepalive_timeout=KEEP_ALIVE_S,
            auto_decompress=False,  # bodies are the functions', as they were sent
        )

    async def start(self) -> None:
        try:
            await self._hub.start()
        except HubLocked as error:
            raise CannotServe(
                f"Another host uses the state folder '{self._prepared.options.state}'.",
                fix="Stop it, or choose another folder with --state.",
            ) from error
        await self._workers.start()
        await self._runner.setup()
        site = web.SockSite(self._runner, self._prepared.listener, ssl_context=self._prepared.tls)
        await site.start()
        self._start_triggers()

    async def stop(self) -> None:
        """HTTP first: its functions still need the engine. All within one grace."""
        clock = asyncio.get_running_loop().time
        grace_s = self._prepared.options.grace_s
        deadline = clock() + grace_s
        await asyncio.gather(
            self._timers.stop(grace_s), self._blobs.stop(grace_s), self._runner.cleanup()
        )
        await self._hub.stop(max(0, deadline - clock()))
        await self._workers.stop(max(0, deadline - clock()))
        self._memory.close()

    def _start_triggers(self) -> None:
        """After the lock is held: what they remember is for one host at a time."""
        state = self._prepared.options.state
        self._memory = memory = Memory(state / "triggers.db")
        self._timers = TimerTriggers(
            self._prepared.timers,
            self._invocations,
            memory,
            clock=partial(datetime.now, time_zone()),
        )
        self._blobs = BlobTriggers(self._prepared.blob_triggers, self._invocations, memory, state)
        self._timers.start()
        self._blobs.start()

    def _workplace(self) -> WorkerFactory:
        settings = self._prepared.settings
        return WorkerFactory(
            functions=self._prepared.functions,
            app_folder=self._prepared.options.app_folder,
            threads=thread_count(at_least=settings.max_activities + HTTP_THREADS),
            timeout=settings.function_timeout,
            log_levels=settings.log_levels,
            client_binding=cache(self._client_binding),
        )

    def _durable_functions(self) -> DurableFunctions:
        functions = AppDurableFunctions(self._prepared.functions, self._invocations)
        options = self._prepared.options
        if not options.hazards:
            return functions
        kill = self._workers.kill_one
        return HazardousFunctions(functions, options.hazards, options.hazard_seed, kill)

    def _choose_workers(self, workplace: WorkerFactory, on_broken: Callable[[], None]) -> Worker:
        options = self._prepared.options
        count = worker_count() if options.workers is None else options.workers
        if count == 0:
            return workplace.threads_of_the_host()
        deaths = 0 if "worker-death" in options.hazards else options.worker_deaths
        return workplace.processes(count, deaths, on_broken)

    def _web(self) -> web.Application:
        routes = self._prepared.routes
        admin = Admin(self._prepared.functions, routes.all, self._run_by_hand)
        gate = Gate(self._keys if self._prepared.options.auth else None)
        door = HttpServer(routes, self._invocations, admin, gate, self._callers())
        application = door.application()
        add_durable_routes(application, self._hub, system_key=self._keys.system)
        door.mount(application)
        return application

    def _callers(self) -> Callers:
        """A reverse proxy that PUBLIC_URL names may pass on the name that it is called by."""
        prepared = self._prepared
        public = Authority.of_url(os.environ.get("PUBLIC_URL", ""))
        added = [*prepared.options.allowed_hosts, *([public] if public else [])]
        is_tls = prepared.tls is not None
        return Callers(prepared.options.host, prepared.port, is_tls=is_tls, added=added)

    def _client_binding(self) -> str:
        url = self._prepared.url
        return client_binding(self._hub, http_base=url, system_key=self._keys.system)

    def _run_by_hand(self, function: Function, given: str | None) -> None:
        run = self._invocations.run(function, payload_by_hand(function, given))
        task = asyncio.create_task(run)
        self._by_hand.add(task)
        task.add_done_callback(self._by_hand.discard)
