"""Starts Azurite, the issuer's keys and the host, and keeps them up until told to stop.

1. The folder is locked, the port found free, and certificates are there if all is to be https.
2. Each part starts; the settings that tie them together go into the host's environment.
3. When the host answers, the ready file says where everything is.
4. A part that dies is started again, on the same port and with the same data, and the ready
   file is written anew.
5. At the end the host stops first, then Azurite, which saves what it knows.
"""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from devhost.keys import load_keys
from devhost.tls.certificates import Certificates
from local.azurite import Azurite
from local.client import METADATA, introduction, workspace
from local.console import Console
from local.errors import Refused
from local.host import Host
from local.issuer import Issuer
from local.key_server import KeyServer
from local.port import choose
from local.state import State, write_json
from local.trust import trusting, write_bundle
from local.watch import Watch

POLL_S = 0.1


@dataclass(frozen=True)
class Plan:
    """What to serve, and where: `host` is the host's command line, `app` the folder it serves.

    `storage` is the connection string of the app's data; empty: Azurite's own.
    """

    state: Path
    app: Path
    port: int
    host: tuple[str, ...]
    ready: Path | None = None
    tls: bool = False
    grace_s: float = 0
    """How long the host lets end what runs; 0: as it does by itself."""
    storage: str = ""

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def certificates(self) -> Certificates | None:
        return Certificates(self.state / "tls") if self.tls else None

    @property
    def bundle(self) -> Path:
        """Whom clients, and the app itself, trust when all is https."""
        return self.state / "tls" / "bundle.pem"


def serve(plan: Plan, stopping: Event) -> None:
    """Serve until `stopping` is set. Raises Refused, HostError or GaveUp."""
    state = State(plan.state)
    with ExitStack() as parts:
        lock = parts.enter_context(state.locked())
        console = parts.enter_context(Console())
        choose(plan.port)
        parts.callback(_forget, plan)
        _forget(plan)
        issuer = Issuer(state.folder)
        keys = parts.enter_context(KeyServer(issuer))
        trust = _trust(plan)
        azurite = parts.enter_context(
            Azurite(
                state.azurite,
                ports=state.ports(),
                certificates=plan.certificates,
                on_line=console.speaker("azurite"),
                holds=[lock],
            )
        )
        state.keep_ports(azurite.ports)
        settings = {
            "AzureWebJobsStorage": azurite.connection_string,
            "STORAGE_CONNECTION_STRING": plan.storage or azurite.connection_string,
            "AUTH_ISSUER": issuer.name,
            "AUTH_TENANT": str(issuer.tenant),
            "AUTH_JWKS_URL": keys.keys_url,
            "PUBLIC_URL": plan.url,
            "SCRATCH_FOLDER": str(state.scratch),
            # The issuer's key, the store's blobs, the host's database: not for scripts' eyes.
            "SCORER_HIDDEN_FOLDERS": _hidden(state.folder),
            **trust,
        }
        facts = _facts(plan, settings)
        host = parts.enter_context(
            Host(
                plan.host,
                plan.app,
                plan.port,
                settings,
                grace_s=plan.grace_s,
                key=load_keys(state.host).master,
                authority=plan.certificates.authority if plan.certificates else None,
                on_line=console.speaker("host"),
                holds=[lock],
            )
        )

        def announce(start: int) -> None:
            if plan.ready is not None:
                pids = {"serve": os.getpid(), "host": host.pid, "azurite": azurite.pid}
                write_json(plan.ready, {**facts, "pids": pids})
            console.say(introduction(facts) if start == 1 else f"Serving again at {plan.url}")

        watch = Watch([azurite, host], is_ready=host.is_ready, on_ready=announce, say=console.say)
        while not stopping.wait(POLL_S):
            watch.look()
        console.say("Stopping.")


def _hidden(folder: Path) -> str:
    """The setting takes several, comma separated."""
    if "," in str(folder):
        raise Refused(
            f"The state folder '{folder}' has a comma in its path, so it cannot be hidden.",
            fix="Pass --state with another folder.",
        )
    return str(folder)


def _trust(plan: Plan) -> dict[str, str]:
    """Have the certificates, if all is to be https; the variables by which they are trusted."""
    if plan.certificates is None:
        return {}
    plan.certificates.keep_valid()
    write_bundle(plan.bundle, plan.certificates.authority)
    return trusting(plan.bundle)


def _facts(plan: Plan, settings: Mapping[str, str]) -> dict[str, str]:
    """Where everything is, and what a client of it needs."""
    return {
        "url": plan.url,
        "metadata_url": f"{plan.url}{METADATA}",
        "ca_bundle": str(plan.bundle) if plan.tls else "",
        **workspace(plan.app),
        "storage_connection_string": settings["STORAGE_CONNECTION_STRING"],
        "state": str(plan.state),
        "auth_issuer": settings["AUTH_ISSUER"],
        "auth_jwks_url": settings["AUTH_JWKS_URL"],
    }


def _forget(plan: Plan) -> None:
    """A ready file without a running service would mislead."""
    if plan.ready is not None:
        plan.ready.unlink(missing_ok=True)
