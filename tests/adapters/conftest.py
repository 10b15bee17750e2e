"""The stores under contract: one Azurite for the whole run, in memory."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from local.azurite import Azurite
from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.memory import MemoryBlobs


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    with Azurite() as running:
        yield running


@pytest.fixture(scope="session")
def azure_blobs(azurite: Azurite) -> Iterator[AzureBlobs]:
    blobs = AzureBlobs.from_connection_string(azurite.connection_string)
    yield blobs
    blobs.close()


@pytest.fixture(scope="session", params=["memory", "azurite"])
def blobs(request: pytest.FixtureRequest) -> AzureBlobs | MemoryBlobs:
    if request.param == "memory":
        return MemoryBlobs()
    found: AzureBlobs = request.getfixturevalue("azure_blobs")
    return found


@pytest.fixture
def container(blobs: AzureBlobs | MemoryBlobs) -> str:
    """A container of the test's own, empty."""
    name = f"c{uuid4().hex}"
    blobs.ensure_container(name)
    return name
