"""One host for all tests that leave it as they found it."""

import os
from collections.abc import Iterator

import pytest

from devhost_tests.served import SAMPLE_APP, Served, serve, serve_with_core_tools
from devhost_tests.storage_emulator import storage_emulator


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """devhost; with DEVHOST_TESTS_ON=func the real host, which must answer the same."""
    if os.environ.get("DEVHOST_TESTS_ON") != "func":
        with serve(SAMPLE_APP, tmp_path_factory.mktemp("state")) as served:
            yield served
        return
    with storage_emulator() as connection:
        storage = {"AzureWebJobsStorage": connection}
        with serve_with_core_tools(SAMPLE_APP, storage) as served:
            yield served
