"""The stores under contract: one Azurite for the whole run, in memory."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from local.azurite import Azurite
from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.entra import TokenVerifier, Trust
from shared.adapters.memory_blobs import MemoryBlobs
from tests.adapters.issuer import AUDIENCE, KeyServer, ec_key, public_jwk, rsa_key
from tests.adapters.tokens import Clock


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


@pytest.fixture
def issuer() -> Iterator[KeyServer]:
    keys = [
        public_jwk(rsa_key("first"), "first"),
        public_jwk(rsa_key("second"), "second", alg="PS256"),
        public_jwk(ec_key("curve"), "curve"),
    ]
    with KeyServer(keys) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def verifier(issuer: KeyServer, clock: Clock) -> TokenVerifier:
    trust = Trust([issuer.url], [AUDIENCE, "api://batch"], f"{issuer.url}/keys")
    return TokenVerifier(trust, clock=clock)
