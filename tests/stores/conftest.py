"""A store in memory with the service's containers."""

import pytest

from shared.adapters.memory_blobs import MemoryBlobs


@pytest.fixture
def blobs() -> MemoryBlobs:
    blobs = MemoryBlobs()
    for container in (
        "batch-registry",
        "batch-jobs",
        "batch-index",
        "azureml-blobstore",
        "azureml",
    ):
        blobs.ensure_container(container)
    return blobs
