"""Services over a store in memory."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.adapters.memory import MemoryBlobs
from shared.services import Services
from tests.app.in_memory import services_in_memory


@dataclass(frozen=True)
class App:
    services: Services
    blobs: MemoryBlobs


@pytest.fixture
def app(tmp_path: Path) -> App:
    services, blobs, _ = services_in_memory(tmp_path)
    return App(services, blobs)
