"""Services over a store in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from shared.adapters.memory import MemoryBlobs
from shared.services import Services
from tests.app.in_memory import services_in_memory
from tests.triggers.faulty import FaultyBlobs
from tests.triggers.resources import Desk


@dataclass(frozen=True)
class App:
    services: Services
    blobs: MemoryBlobs


@pytest.fixture
def app(tmp_path: Path) -> App:
    services, blobs, _ = services_in_memory(tmp_path)
    return App(services, blobs)


@pytest.fixture
def make_desk(tmp_path: Path) -> Callable[[], tuple[Desk, FaultyBlobs]]:
    """A store with a model `m`, and an endpoint `wine` with `main`, its default, and `other`."""
    numbers = count()

    def make() -> tuple[Desk, FaultyBlobs]:
        faulty = FaultyBlobs()
        desk = Desk(services_in_memory(tmp_path / str(next(numbers)), faulty)[0])
        desk.put_model()
        desk.put_endpoint()
        for name in ("main", "other"):
            desk.put_deployment(name)
        desk.set_default("main")
        return desk, faulty

    return make


@pytest.fixture
def desk(make_desk: Callable[[], tuple[Desk, FaultyBlobs]]) -> Desk:
    return make_desk()[0]
