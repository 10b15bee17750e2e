"""Azurite, the storage emulator: blobs, queues and tables on free ports of this machine.

The emulator's usual account has a key that everybody knows: a scorer process that found the port,
or a web page by a name that leads here, could sign for every blob. So each folder has a key of its
own, made at its first start; the account keeps the usual name. What lies in the folder is not bound
to a key: one that was made with the usual key is served with its own from now on.
"""

import base64
import os
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from devhost.private_files import OTHERS, private_file, private_folder, replace
from devhost.tls.certificates import Certificates
from local.child_process import ChildProcess, ignore
from local.node import node
from local.port import choose

ACCOUNT = "devstoreaccount1"
KEY_BYTES = 64
KEY_FILE = "account.key"

LAUNCHER = Path(__file__).with_suffix(".cjs")
OPTIONS = (
    "--silent",
    "--disableTelemetry",
    "--skipApiVersionCheck",
    "--blobKeepAliveTimeout=120",  # the default of 5 s cuts pooled connections in mid-request
)
START_LIMIT_S = 60.0
"""It takes 0.7 s; a busy machine and a large store take longer."""
STOP_GRACE_S = 10.0
"""For its last save."""

PORT_TRIES = 5
"""Between the choice of a port and its use another program may take it."""

_KEY = re.compile(r"[A-Za-z0-9+/]{86}==")
_LISTENING = re.compile(r"Azurite (Blob|Queue|Table) service is successfully listening at .*:(\d+)")


class AzuriteFailed(Exception):
    """Azurite did not start; the message ends with what it said last."""


@dataclass(frozen=True)
class Ports:
    """One port per service; 0 is any free one."""

    blob: int = 0
    queue: int = 0
    table: int = 0


class Azurite:
    """A storage account of its own, in `folder`; without a folder, in memory.

    `with Azurite(folder) as azurite:` starts and ends it. A killed one has lost nothing it
    acknowledged: `kill()` then `restart()` brings it back on the same ports. `ports` is a wish:
    if one is taken, free ones are used. With `certificates` all its services are https.
    `options` are more of its own; `holds` are descriptors that stay open until it ends.
    """

    name = "azurite"

    def __init__(
        self,
        folder: Path | None = None,
        *,
        ports: Ports | None = None,
        certificates: Certificates | None = None,
        account: str = ACCOUNT,
        options: Sequence[str] = (),
        on_line: Callable[[str], None] = ignore,
        holds: Sequence[int] = (),
    ) -> None:
        self._folder = folder
        self.ports = ports or Ports()
        self._certificates = certificates
        self._account = account
        self._options = (*OPTIONS, *options)
        self._on_line = on_line
        self._holds = holds
        self._child: ChildProcess | None = None
        self._key = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        for ports in (self.ports, *[Ports()] * PORT_TRIES):
            try:
                self._start(ports)
            except AzuriteFailed as failure:
                if "EADDRINUSE" not in str(failure):
                    raise
            else:
                return
        raise AzuriteFailed(f"Azurite found no free ports. It said:\n{self.last_output}")

    def restart(self) -> None:
        """Start again after a death, with the same data on the same ports."""
        self.kill()
        self._start(self.ports)

    def kill(self) -> None:
        """End it without a warning, as `kill -9` does."""
        if self._child is not None:
            self._child.kill()

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop(STOP_GRACE_S)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._process.exit_code

    @property
    def last_output(self) -> str:
        return self._process.last_output

    @property
    def connection_string(self) -> str:
        scheme = "https" if self._certificates else "http"
        services = zip(("Blob", "Queue", "Table"), astuple(self.ports), strict=True)
        endpoints = "".join(
            f"{service}Endpoint={scheme}://127.0.0.1:{port}/{self._account};"
            for service, port in services
        )
        account = f"AccountName={self._account};AccountKey={self.key};"
        return f"DefaultEndpointsProtocol={scheme};{account}{endpoints}"

    @property
    def key(self) -> str:
        """The account's: the folder's own, the same at every start; in memory, this object's."""
        self._key = self._key or _read_or_create_key(self._folder)
        return self._key

    @property
    def _process(self) -> ChildProcess:
        if self._child is None:
            raise AzuriteFailed("Azurite has not been started. Call start() first.")
        return self._child

    def _start(self, ports: Ports) -> None:
        found: dict[str, int] = {}

        def read(line: str) -> None:
            if listening := _LISTENING.match(line):
                found[listening[1].lower()] = int(listening[2])
            if not line.startswith("Azurite "):  # its steps; what it complains of is passed on
                self._on_line(line)

        self._child = ChildProcess(
            self._command(ports),
            folder=self._working_folder(),
            environment=_environment() | {"AZURITE_ACCOUNTS": f"{self._account}:{self.key}"},
            on_line=read,
            holds=self._holds,
            umask=OTHERS,
        )
        self._wait_for(found)
        self.ports = Ports(**found)

    def _wait_for(self, found: dict[str, int]) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while len(found) < len(astuple(self.ports)):
            if self.exit_code is not None or time.monotonic() > deadline:
                self.kill()
                raise AzuriteFailed(f"Azurite did not start. It said:\n{self.last_output}")
            time.sleep(0.01)

    def _command(self, ports: Ports) -> list[str]:
        where = ["--inMemoryPersistence"]
        if self._folder is not None:
            where = ["--location", str(self._folder)]
        services = [
            f"--blobPort={ports.blob or choose(0)}",
            f"--queuePort={ports.queue or choose(0)}",
            f"--tablePort={ports.table or choose(0)}",
        ]
        return [str(node()), str(LAUNCHER), *self._options, *services, *where, *self._https()]

    def _https(self) -> list[str]:
        if self._certificates is None:
            return []
        served = self._certificates
        return [f"--cert={served.server}", f"--key={served.server_key}"]

    def _working_folder(self) -> Path:
        if self._folder is None:
            return Path(tempfile.gettempdir())
        private_folder(self._folder)
        return self._folder


def _environment() -> dict[str, str]:
    """Ours, without the variables that would give Azurite another account, store or flag."""
    foreign = ("AZURITE_", "NODE_")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def _read_or_create_key(folder: Path | None) -> str:
    """Raises AzuriteFailed for a file that holds none: Azurite would take the usual key instead."""
    if folder is None:
        return _new_key()
    private_folder(folder)
    path = folder / KEY_FILE
    if not path.is_file():
        replace(path, _new_key().encode())
    private_file(path)
    text = path.read_bytes().decode("ascii", "replace").strip()
    if not _KEY.fullmatch(text):
        raise AzuriteFailed(
            f"'{path}' does not hold the key of the storage account. "
            "Delete it; the next start makes a new one, and signed links made before end."
        )
    return text


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
