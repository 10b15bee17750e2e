"""Services over a store in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.services import Services
from tests.support.client import Client, make_client
from tests.support.faulty_blobs import FaultyBlobs
from tests.support.services_in_memory import services_in_memory

__all__ = ["make_client"]


@dataclass(frozen=True)
class App:
    services: Services
    blobs: MemoryBlobs


@pytest.fixture
def app(tmp_path: Path) -> App:
    services, blobs, _ = services_in_memory(tmp_path)
    return App(services, blobs)


@pytest.fixture
def client(make_client: Callable[[], tuple[Client, FaultyBlobs]]) -> Client:
    return make_client()[0]
