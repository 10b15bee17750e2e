"""What a job over memory left in its store."""

import json
from typing import Any

from shared.adapters.memory_blobs import MemoryBlobs
from tests.support.specs import CONTAINER


def predictions(blobs: MemoryBlobs, name: str = "job-1") -> list[str]:
    return blobs.read(CONTAINER, f"out/{name}.csv").data.decode().splitlines()


def receipt(blobs: MemoryBlobs, name: str = "job-1") -> Any:
    return json.loads(blobs.read("batch-jobs", f"{name}/receipt.json").data)
