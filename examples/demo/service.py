"""The service for the demo: started for it, spoken to over HTTP with a token, and ended with it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from azure.storage.blob import BlobServiceClient

from local.issuer import Issuer
from local.project import PROJECT

CONTAINER = "azureml-blobstore"
START_LIMIT_S = 90
STOP_LIMIT_S = 30
POLL_S = 0.1
WORKSPACE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/"
    "Microsoft.MachineLearningServices/workspaces/local"
)


class ServiceFailed(Exception):
    """The service did not start, or said no."""


@dataclass(frozen=True)
class Service:
    """A running service: `url` answers, `token` opens, `blobs` is its storage account."""

    url: str
    token: str
    blobs: BlobServiceClient
    workspace: str = WORKSPACE

    @classmethod
    def of(cls, ready: dict[str, Any]) -> Self:
        token = Issuer(Path(ready["state"])).token()
        blobs = BlobServiceClient.from_connection_string(ready["storage_connection_string"])
        return cls(ready["url"], token, blobs)

    def put(self, path: str, body: Any) -> Any:
        """PUT under the workspace's ARM path."""
        return self._send("PUT", f"{self.url}{self.workspace}{path}", body)

    def post(self, url: str, body: Any) -> Any:
        return self._send("POST", url, body)

    def get(self, url: str) -> Any:
        return self._send("GET", url, None)

    def upload(self, container: str, folder: str, files: dict[str, bytes]) -> None:
        client = self.blobs.get_container_client(container)
        for name, content in files.items():
            client.upload_blob(f"{folder}/{name}", content, overwrite=True)

    def download(self, container: str, name: str) -> bytes:
        blob = self.blobs.get_blob_client(container, name)
        return blob.download_blob().readall()

    def _send(self, method: str, url: str, body: Any) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = Request(url, data, headers, method=method)  # noqa: S310  # our own service's
        try:
            with urlopen(request, timeout=30) as answer:  # noqa: S310
                return json.load(answer)
        except HTTPError as refusal:
            text = refusal.read().decode(errors="replace")
            raise ServiceFailed(f"{method} {url} was answered {refusal.code}: {text}") from None


@contextmanager
def starting(state: Path, *options: str) -> Iterator[Callable[[], Service]]:
    """Start the service on a free port with its state in `state`; end it when the context ends.

    `options` are more of those that `local.serve` has.
    Gives a function that waits until the service answers.
    """
    state.mkdir(parents=True, exist_ok=True)
    ready, log = state / "ready.json", state / "serve.log"
    command = [sys.executable, "-m", "local.serve", "--port", "0"]
    command += ["--state", str(state), "--ready", str(ready), *options]
    ready.unlink(missing_ok=True)
    with log.open("wb") as output:
        serve = subprocess.Popen(command, cwd=PROJECT, stdout=output, stderr=output)  # noqa: S603
    try:
        yield lambda: Service.of(_ready(serve, ready, log))
    finally:
        serve.send_signal(signal.SIGTERM)
        try:
            serve.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            serve.kill()
            serve.wait()


def _ready(serve: subprocess.Popen[bytes], ready: Path, log: Path) -> Any:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if ready.exists():
            return json.loads(ready.read_text())
        if serve.poll() is not None:
            break
        time.sleep(POLL_S)
    end = log.read_text(errors="replace")[-2000:]
    raise ServiceFailed(f"The service did not start. The end of {log}:\n{end}")
