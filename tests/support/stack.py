"""The whole service as a user starts it: `local.serve` in a process of its own, on a free port."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import Any

import psutil
from azure.storage.blob import BlobServiceClient

from local.issuer import Issuer
from tests.support import two_hosts
from tests.support.json_over_http import connect
from tests.support.waiting import wait_until

ROOT = Path(__file__).parent.parent.parent
CONTAINER = "azureml-blobstore"
WORKSPACE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/"
    "Microsoft.MachineLearningServices/workspaces/local"
)
START_LIMIT_S = 240
STOP_LIMIT_S = 120
ENDED = ("Completed", "Failed", "Canceled")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Stack:
    """A running service, and how to speak to it."""

    state: Path
    ready: Path
    log: Path
    process: subprocess.Popen[bytes]
    _clients: list[BlobServiceClient] = field(default_factory=list[BlobServiceClient])
    _turns: Iterator[int] = field(default_factory=count)
    _uploaded: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    @property
    def facts(self) -> Any:
        """The ready file; it is written anew when a part was restarted."""
        wait_until(self.ready.exists)
        return json.loads(self.ready.read_text())

    @property
    def url(self) -> str:
        return str(self.facts["url"])

    @property
    def next_url(self) -> str:
        """Of the hosts there are, each in its turn."""
        urls = self.facts["urls"]
        return str(urls[next(self._turns) % len(urls)])

    @property
    def trust(self) -> str:
        """The file of authorities that its certificates are checked by; empty over http."""
        return str(self.facts["ca_bundle"])

    @property
    def blobs(self) -> BlobServiceClient:
        if not self._clients:
            text = self.facts["storage_connection_string"]
            self._clients.append(
                BlobServiceClient.from_connection_string(text, connection_verify=self.trust or True)
            )
        return self._clients[0]

    def token(self, role: str = "contributor", **claims: Any) -> str:
        return Issuer(self.state).token(role=role, **claims)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        token: str | None = None,
    ) -> Answer:
        """One request; `body` is sent as JSON, or as it is when it is bytes."""
        data = body if isinstance(body, bytes) else None if body is None else _encoded(body)
        given = {"Authorization": f"Bearer {self.token() if token is None else token}"}
        answer = self._send(method, path, data, given | (headers or {}))
        while two_hosts.IS_ON and (500, None) == (answer.status, answer.body):
            answer = self._send(method, path, data, given | (headers or {}))  # its worker died
        return answer

    def _send(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> Answer:
        connection = connect(self.next_url, self.trust)
        try:
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, names, json.loads(text) if text else None)

    def put(self, path: str, body: Any) -> Any:
        answer = self.send("PUT", f"{WORKSPACE}{path}", body)
        assert answer.status in {200, 201}, answer.body
        return answer.body

    def provisioned(self, path: str) -> Any:
        """A deployment's properties once it is made, however that ended; None before."""
        properties = self.send("GET", f"{WORKSPACE}{path}").body["properties"]
        return properties if properties["provisioningState"] != "Creating" else None

    def upload(self, folder: str, files: dict[str, bytes]) -> str:
        """Files into the default datastore; returns the folder's reference."""
        strangers = self._uploaded.setdefault(folder, set(files)) - files.keys()
        assert not strangers, f"{folder} is another test's folder: it has {sorted(strangers)[:3]}"
        client = self.blobs.get_container_client(CONTAINER)
        for name, content in files.items():
            client.upload_blob(f"{folder}/{name}", content, overwrite=True)
        return f"azureml://datastores/workspaceblobstore/paths/{folder}"

    def download(self, name: str, container: str = CONTAINER) -> bytes:
        return self.blobs.get_blob_client(container, name).download_blob().readall()

    def invoke(self, endpoint: str, uri: str, kind: str = "UriFolder", **more: Any) -> Any:
        """Start a job over an input; returns its document."""
        given = {"input": {"jobInputType": kind, "uri": uri}}
        answer = self.send(
            "POST", f"/endpoints/{endpoint}/jobs", {"properties": {"inputData": given, **more}}
        )
        assert 201 == answer.status, answer.body
        return answer.body

    def job(self, started: Any) -> Any:
        endpoint = started["properties"]["endpointName"]
        answer = self.send("GET", f"/endpoints/{endpoint}/jobs/{started['name']}")
        return answer.body["properties"] if answer.status == 200 else {"status": answer.status}

    def ended(self, started: Any, limit_s: float = 120) -> Any:
        """The job's properties once it has ended; rides out a restart of the service."""
        seen: list[Any] = []

        def look() -> Any:
            try:
                seen[:] = [self.job(started)]
            except OSError:
                return None
            return seen[0] if seen[0]["status"] in ENDED else None

        try:
            return wait_until(look, limit_s=limit_s, every_s=0.1)
        except AssertionError:
            raise AssertionError(f"{seen}\n{self.log.read_text()[-3000:]}") from None

    def output(self, properties: Any) -> bytes:
        return self.download(properties["outputs"]["predictions"].partition("/paths/")[2])

    def report(self, started: Any, name: str) -> bytes:
        return self.download(f"{started['name']}/{name}", "batch-jobs")

    def receipt(self, started: Any) -> Any:
        return json.loads(self.report(started, "receipt.json"))

    def kill(self, part: str) -> int:
        """`kill -9` a part of the service; returns its process id."""
        pid = int(self.facts["pids"][part])
        os.kill(pid, signal.SIGKILL)
        return pid

    def back_after(self, part: str, pid: int) -> None:
        """Wait until the part was started again, and the service answers."""
        wait_until(lambda: self.ready.exists() and int(self.facts["pids"][part]) != pid)


def kill_scorers(stack: Stack) -> None:
    """`kill -9` the scorer processes of the host, of which there is at least one soon."""

    def kill() -> bool:
        found = scorers_of(stack)
        for process in found:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        return bool(found)

    wait_until(kill)


def scorers_of(stack: Stack) -> list[psutil.Process]:
    """The scorer processes of all hosts that are not ending already."""
    hosts = [pid for name, pid in stack.facts["pids"].items() if name.startswith("host")]
    children = [psutil.Process(int(pid)).children(recursive=True) for pid in hosts]
    return [child for child in chain(*children) if _is_scorer(child)]


def _is_scorer(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return any("shared/scoring/child" in word for word in process.cmdline())
    return False


@contextmanager
def served(
    state: Path,
    *host_options: str,
    tls: bool = False,
    storage: str = "",
    public_url: str = "",
    otlp: str = "",
    instances: int = two_hosts.INSTANCES,
    app: Path | None = None,
) -> Iterator[Stack]:
    """The service over a state folder, from its ready file to its end; with `tls` all is https.

    `storage` is the connection string of another service's store, to share it; `public_url` is
    what stands in front, `otlp` who is sent telemetry, and `instances` hosts that share the work.
    """
    state.mkdir(parents=True, exist_ok=True)
    ready, log = state / "ready.json", state / "serve.log"
    ready.unlink(missing_ok=True)
    given = {"--port": "0", "--state": state, "--ready": ready, "--storage": storage}
    given |= {"--public-url": public_url, "--otlp": otlp, "--instances": instances, "--app": app}
    command = [sys.executable, "-m", "local.serve", *(["--tls"] if tls else [])]
    command += [word for name, value in given.items() if value for word in (name, str(value))]
    command += ["--", *host_options] if host_options else []
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    stack = Stack(state, ready, log, process)
    try:
        wait_until(lambda: ready.exists() or process.poll() is not None, limit_s=START_LIMIT_S)
        assert process.poll() is None, log.read_text()[-3000:]
        yield stack
    finally:
        for client in stack._clients:
            client.close()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def _encoded(body: Any) -> bytes:
    return json.dumps(body).encode()
