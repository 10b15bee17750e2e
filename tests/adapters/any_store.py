"""The stores under contract, and the examples that their names are tried with."""

from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.memory_blobs import MemoryBlobs

type Store = AzureBlobs | MemoryBlobs
