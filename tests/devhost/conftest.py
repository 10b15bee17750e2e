"""One host for all tests that leave it as they found it."""

import os
from collections.abc import Iterator

import pytest

from local.azurite import Azurite
from tests.devhost.served import SAMPLE_APP, Served, serve, serve_with_core_tools


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """devhost; with DEVHOST_TESTS_ON=func the real host, which must answer the same."""
    if os.environ.get("DEVHOST_TESTS_ON") != "func":
        with serve(SAMPLE_APP, tmp_path_factory.mktemp("state")) as served:
            yield served
        return
    with Azurite() as azurite:
        storage = {"AzureWebJobsStorage": azurite.connection_string}
        with serve_with_core_tools(SAMPLE_APP, storage) as served:
            yield served
