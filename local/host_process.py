"""The Functions host of the stack: devhost, or Core Tools' `func`."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from ssl import create_default_context
from types import TracebackType
from typing import Self

from devhost.tls.certificates import PFX_PASSWORD, Certificates
from local.child_process import ChildProcess
from local.project import PROJECT
from local.stack_errors import Refused

GUARD = Path(__file__).with_name("host_guard.py")
KINDS = ("devhost", "func")
GRACE_S = 10.0
"""So long devhost lets activities finish, unless an option says otherwise."""
STOP_MARGIN_S = 10.0
"""Within this a host ends whose grace is over."""
PROBE = "/endpoints/probe/jobs/probe"
"""A route of the app's: it is refused without a token, but only once the app reached its store."""

PROBE_LIMIT_S = 5.0


def command(
    kind: str,
    *,
    app: Path,
    port: int,
    state: Path,
    certificates: Certificates | None = None,
    joins: bool = False,
) -> list[str]:
    """The command line that serves `app`: by https, if there are certificates.

    With `joins`, as one more host of the task hub in `state`.
    """
    if kind == "devhost":
        arguments = [str(app), "--port", str(port), "--join" if joins else "--state", str(state)]
        if certificates:
            arguments += ["--cert", str(certificates.server)]
            arguments += ["--cert-key", str(certificates.server_key)]
        return [sys.executable, "-m", "devhost", *arguments, "--auth"]
    found = shutil.which("func")
    if found is None:
        raise Refused(
            "Azure Functions Core Tools ('func') are not on PATH.",
            fix="Install them, or leave --host out to use the project's own local host.",
        )
    arguments = ["start", "--port", str(port)]
    if certificates:
        arguments += ["--useHttps", "--cert", str(certificates.server_pfx)]
        arguments += ["--password", PFX_PASSWORD]
    return [found, *arguments]


class HostProcess:
    """The host's process, and what it says over HTTP. It ends with this process.

    `settings` are the app's, as environment variables; `key` opens its admin endpoints; one that
    serves https shows a certificate of `authority`; `holds` are descriptors that stay open until
    it ends.
    """

    def __init__(
        self,
        command_line: Sequence[str],
        app: Path,
        port: int,
        settings: Mapping[str, str],
        *,
        name: str = "host",
        key: str,
        grace_s: float = 0,
        authority: Path | None = None,
        on_line: Callable[[str], None],
        holds: Sequence[int] = (),
    ) -> None:
        self._trust = create_default_context(cafile=authority) if authority else None
        self.name = name
        self._key = key
        self._stop_limit_s = (grace_s or GRACE_S) + STOP_MARGIN_S
        self._command = command_line
        self._port = port
        # `func` serves the folder it stands in; devhost is a package of the project's folder
        self._folder = app if Path(command_line[0]).name == "func" else PROJECT
        self._environment = _environment(os.environ, settings)
        self._on_line = on_line
        self._holds = holds

    def __enter__(self) -> Self:
        self._guard = self._spawn([sys.executable, "-I", str(GUARD)])
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._child.stop(self._stop_limit_s)
        self._guard.kill()

    def restart(self) -> None:
        self._child.kill()
        self._start()

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._child.exit_code

    @property
    def last_output(self) -> str:
        return self._child.last_output

    def is_ready(self) -> bool:
        """It says it runs, it has functions, and it lets requests through to the app."""
        try:
            status, body = self._ask("/admin/host/status")
            if status != HTTPStatus.OK or json.loads(body).get("state") != "Running":
                return False
            status, body = self._ask("/admin/functions")
            return (
                status == HTTPStatus.OK
                and bool(json.loads(body))
                and self._ask(PROBE)[0] < HTTPStatus.INTERNAL_SERVER_ERROR
            )
        except (OSError, HTTPException, ValueError):
            return False

    def _ask(self, path: str) -> tuple[int, bytes]:
        with closing(self._connection()) as connection:
            connection.request("GET", path, headers={"x-functions-key": self._key})
            response = connection.getresponse()
            return response.status, response.read()

    def _connection(self) -> HTTPConnection:
        if self._trust is None:
            return HTTPConnection("127.0.0.1", self._port, timeout=PROBE_LIMIT_S)
        return HTTPSConnection("127.0.0.1", self._port, timeout=PROBE_LIMIT_S, context=self._trust)

    def _start(self) -> None:
        self._child = self._spawn(self._command)
        self._guard.send(str(self._child.pid))

    def _spawn(self, command_line: Sequence[str]) -> ChildProcess:
        return ChildProcess(
            command_line,
            folder=self._folder,
            environment=self._environment,
            on_line=self._on_line,
            holds=self._holds,
        )


_FOREIGN = ("CONTAINER_NAME", "RUN_CALLED_FROM", "PYTHONHOME", "PYTHONPATH")
"""`func` takes a machine with CONTAINER_NAME for one in Azure; the others are of our own start."""


def _environment(base: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """`base` with the app's settings, and with what makes either host use this interpreter."""
    inherited = {name: value for name, value in base.items() if name not in _FOREIGN}
    return inherited | {
        "PATH": f"{Path(sys.executable).parent}:{base.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
        # A heap for each of its dozens of threads costs memory, and gains nothing under the GIL.
        "MALLOC_ARENA_MAX": "2",
        # What was held for a block or a file goes back at once, in bytes: else heaps keep it.
        "MALLOC_MMAP_THRESHOLD_": "262144",
        "MALLOC_TRIM_THRESHOLD_": "262144",
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "languageWorkers__python__defaultExecutablePath": sys.executable,
        "FUNCTIONS_CORE_TOOLS_TELEMETRY_OPTOUT": "1",
        **settings,
    }
