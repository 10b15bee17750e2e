"""Starts Azurite, the issuer's keys and the host, and keeps them up until told to stop.

1. The folder is locked, the port found free.
2. Each part starts; the settings that tie them together go into the host's environment.
3. When the host answers, the ready file says where everything is.
4. A part that dies is started again, on the same port and with the same data, and the ready
   file is written anew.
5. At the end the host stops first, then Azurite, which saves what it knows.
"""

import os
import shlex
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from local.azurite import Azurite
from local.console import Console
from local.host import Host
from local.issuer import Issuer
from local.key_server import KeyServer
from local.port import choose
from local.state import State, write_json
from local.watch import Watch

POLL_S = 0.1


@dataclass(frozen=True)
class Plan:
    """What to serve, and where: `host` is the host's command line, `app` the folder it serves."""

    state: Path
    app: Path
    port: int
    host: tuple[str, ...]
    ready: Path | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def serve(plan: Plan, stopping: Event) -> None:
    """Serve until `stopping` is set. Raises Refused or GaveUp."""
    state = State(plan.state)
    with ExitStack() as parts:
        lock = parts.enter_context(state.locked())
        console = parts.enter_context(Console())
        choose(plan.port)
        parts.callback(_forget, plan)
        _forget(plan)
        issuer = Issuer(state.folder)
        keys = parts.enter_context(KeyServer(issuer))
        azurite = parts.enter_context(
            Azurite(
                state.azurite, ports=state.ports(), on_line=console.speaker("azurite"), holds=[lock]
            )
        )
        state.keep_ports(azurite.ports)
        settings = {
            "AzureWebJobsStorage": azurite.connection_string,
            "STORAGE_CONNECTION_STRING": azurite.connection_string,
            "AUTH_ISSUER": issuer.name,
            "AUTH_TENANT": str(issuer.tenant),
            "AUTH_JWKS_URL": keys.keys_url,
            "PUBLIC_URL": plan.url,
            "SCRATCH_FOLDER": str(state.scratch),
        }
        on_line = console.speaker("host")
        host = parts.enter_context(
            Host(plan.host, plan.app, plan.port, settings, on_line=on_line, holds=[lock])
        )

        def announce(start: int) -> None:
            if plan.ready is not None:
                write_json(plan.ready, _facts(plan, settings, azurite, host))
            console.say(_introduction(plan) if start == 1 else f"Serving again at {plan.url}")

        watch = Watch([azurite, host], is_ready=host.is_ready, on_ready=announce, say=console.say)
        while not stopping.wait(POLL_S):
            watch.look()
        console.say("Stopping.")


def _facts(
    plan: Plan, settings: Mapping[str, str], azurite: Azurite, host: Host
) -> Mapping[str, object]:
    return {
        "url": plan.url,
        "storage_connection_string": azurite.connection_string,
        "state": str(plan.state),
        "auth_issuer": settings["AUTH_ISSUER"],
        "auth_jwks_url": settings["AUTH_JWKS_URL"],
        "pids": {"serve": os.getpid(), "host": host.pid, "azurite": azurite.pid},
    }


def _introduction(plan: Plan) -> str:
    return (
        f"\nServing at {plan.url}\n"
        f"  a token:  ./run token --state {shlex.quote(str(plan.state))}\n"
        f"  state:    {plan.state}\n"
        f"  to end:   Ctrl-C, or kill {os.getpid()}\n"
    )


def _forget(plan: Plan) -> None:
    """A ready file without a running service would mislead."""
    if plan.ready is not None:
        plan.ready.unlink(missing_ok=True)
