"""Starts Azurite, the issuer's keys and the host, and keeps them up until it is stopped.

1. The folder is locked, the port found free, and certificates are there if all is to be https.
2. Each part starts; the settings that tie them together go into the host's environment.
3. When the host answers, the ready file says where everything is.
4. A part that dies is started again, on the same port and with the same data, and the ready
   file is written anew.
5. At the end the host stops first, then Azurite, which saves what it knows.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from devhost.keys import load_keys
from devhost.tls.certificates import Certificates
from local.azurite import Azurite
from local.client import METADATA, introduction, workspace
from local.host_process import HostProcess
from local.issuer import Issuer
from local.key_server import KeyServer
from local.port import choose
from local.process_watch import ProcessWatch
from local.sign_in_links import SignInLinks, studio_command, token_command
from local.stack_console import StackConsole
from local.stack_errors import Refused
from local.state_folder import StateFolder, write_json
from local.trust import trusting, write_bundle

POLL_S = 0.1


@dataclass(frozen=True)
class StackPlan:
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
    outer_url: str = ""
    """What clients see instead of `url`: a reverse proxy's address."""
    otlp: str = ""
    """Where telemetry is sent; empty: where the environment says, which is nowhere by default."""
    guests: Mapping[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    """The ports and command lines of further hosts of the same task hub."""

    @property
    def url(self) -> str:
        return self.urls[0]

    @property
    def urls(self) -> list[str]:
        """Each host's: they all serve the same."""
        scheme = "https" if self.tls else "http"
        return [f"{scheme}://127.0.0.1:{port}" for port in (self.port, *self.guests)]

    @property
    def certificates(self) -> Certificates | None:
        return Certificates(self.state / "tls") if self.tls else None

    @property
    def ready_files(self) -> tuple[Path, ...]:
        """The one that was asked for, and the one by which `bep` finds the service."""
        own = self.state / "service.json"
        return (own,) if self.ready is None else (own, self.ready)

    @property
    def bundle(self) -> Path:
        """Whom clients, and the app itself, trust when all is https."""
        return self.state / "tls" / "bundle.pem"


def serve(plan: StackPlan, stopping: Event) -> None:
    """Serve until `stopping` is set. Raises Refused, HostError or GaveUp."""
    state = StateFolder(plan.state)
    with ExitStack() as parts:
        lock = parts.enter_context(state.lock())
        parts.callback(_remove_ready_file, plan)
        _remove_ready_file(plan)  # at once: who finds the lock taken believes it
        console = parts.enter_context(StackConsole())
        choose(plan.port)
        issuer = Issuer(state.folder)
        links = SignInLinks(state.folder, issuer)
        keys = parts.enter_context(KeyServer(issuer, links))
        trust = _prepare_trust(plan)
        azurite = parts.enter_context(_azurite(plan, state, console, lock))
        state.keep_ports(azurite.ports)
        settings = _settings(plan, state, azurite, issuer) | {
            "AUTH_JWKS_URL": keys.keys_url,
            "STUDIO_LINKS_URL": keys.links_url,
            "STUDIO_COMMAND": studio_command(state.folder),
            "STUDIO_TOKEN_COMMAND": token_command(state.folder),
        }
        hosts = [
            parts.enter_context(host)
            for host in _hosts(plan, state, settings | trust, console, lock)
        ]
        _keep_up(plan, _facts(plan, settings), azurite, hosts, links, console, stopping)
        console.say("Stopping.")


def _azurite(plan: StackPlan, state: StateFolder, console: StackConsole, lock: int) -> Azurite:
    return Azurite(
        state.azurite,
        ports=state.ports(),
        certificates=plan.certificates,
        on_line=console.speaker("azurite"),
        holds=[lock],
    )


def _settings(
    plan: StackPlan, state: StateFolder, azurite: Azurite, issuer: Issuer
) -> dict[str, str]:
    return {
        "AzureWebJobsStorage": azurite.connection_string,
        "STORAGE_CONNECTION_STRING": plan.storage or azurite.connection_string,
        "STORAGE_ACCOUNT_URL": "",  # of a local.settings.json, say
        "INBOX_CONNECTION": "STORAGE_CONNECTION_STRING",
        "AUTH_ISSUER": issuer.name,
        "AUTH_TENANT": str(issuer.tenant),
        "PUBLIC_URL": plan.outer_url or plan.url,
        "PUBLIC_OPENAPI": "true",
        "PRIVATE_ADDRESSES": "allowed",  # webhooks, accounts and files of this machine
        "CREDENTIALS_KEYS": state.credentials_key(),
        # The issuer's key, the store's blobs, the host's database: not for scripts' eyes.
        "SCORER_HIDDEN_FOLDERS": _hidden(state.folder),
        **({"OTEL_EXPORTER_OTLP_ENDPOINT": plan.otlp} if plan.otlp else {}),
    }


def _hosts(
    plan: StackPlan, state: StateFolder, settings: dict[str, str], console: StackConsole, lock: int
) -> Iterator[HostProcess]:
    """The one with the task hub first. Each has a disk of its own, as instances on Azure do."""
    numbered = enumerate([(plan.port, plan.host), *plan.guests.items()], start=1)
    for number, (port, command_line) in numbered:
        name = "host" if number == 1 else f"host-{number}"
        yield HostProcess(
            command_line,
            plan.app,
            port,
            settings | {"SCRATCH_FOLDER": str(state.scratch_of(number))},
            name=name,
            grace_s=plan.grace_s,
            key=load_keys(state.host).master,
            authority=plan.certificates.authority if plan.certificates else None,
            on_line=console.speaker(name),
            holds=[lock],
        )


def _keep_up(
    plan: StackPlan,
    facts: dict[str, str],
    azurite: Azurite,
    hosts: Sequence[HostProcess],
    links: SignInLinks,
    console: StackConsole,
    stopping: Event,
) -> None:
    def announce(start: int) -> None:
        pids = {"serve": os.getpid(), "azurite": azurite.pid}
        pids |= {host.name: host.pid for host in hosts}
        for path in plan.ready_files:
            write_json(path, {**facts, "urls": plan.urls, "pids": pids})
        console.say(
            introduction(facts, links.create()) if start == 1 else f"Serving again at {plan.url}"
        )

    watch = ProcessWatch(
        [azurite, *hosts],
        is_ready=lambda: all(host.is_ready() for host in hosts),
        on_ready=announce,
        say=console.say,
    )
    while not stopping.wait(POLL_S):
        watch.check()


def _hidden(folder: Path) -> str:
    """The state folder, and the sign-ins of `bep`; the setting takes several, comma separated."""
    if "," in str(folder):
        raise Refused(
            f"The state folder '{folder}' has a comma in its path, so it cannot be hidden.",
            fix="Pass --state with another folder.",
        )
    return ",".join([str(folder), *(name for name in _sign_ins() if "," not in name)])


def _sign_ins() -> list[str]:
    """Where `bep` keeps the tokens of this user, whom scripts run as, too."""
    places = [os.environ.get("BEP_CONFIG_DIR", ""), os.path.expanduser("~/.bep")]  # noqa: PTH111  # there may be no home
    return [os.path.abspath(place) for place in places if place and not place.startswith("~")]  # noqa: PTH100


def _prepare_trust(plan: StackPlan) -> dict[str, str]:
    """Have the certificates, if all is to be https; the variables by which they are trusted."""
    if plan.certificates is None:
        return {}
    plan.certificates.keep_valid()
    write_bundle(plan.bundle, plan.certificates.authority)
    return trusting(plan.bundle)


def _facts(plan: StackPlan, settings: Mapping[str, str]) -> dict[str, str]:
    """Where everything is, and what a client of it needs."""
    return {
        "url": plan.url,
        "public_url": settings["PUBLIC_URL"],
        "metadata_url": f"{plan.url}{METADATA}",
        "ca_bundle": str(plan.bundle) if plan.tls else "",
        **workspace(plan.app),
        "storage_connection_string": settings["STORAGE_CONNECTION_STRING"],
        "state": str(plan.state),
        "auth_issuer": settings["AUTH_ISSUER"],
        "auth_jwks_url": settings["AUTH_JWKS_URL"],
    }


def _remove_ready_file(plan: StackPlan) -> None:
    """A ready file without a running service would mislead."""
    for path in plan.ready_files:
        path.unlink(missing_ok=True)
