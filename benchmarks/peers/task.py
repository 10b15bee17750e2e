"""What every peer is given: files to score, a script that scores them, a blob for the rows."""

import json
import sys
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:  # half a second that a process pays when it needs the client
    from azure.storage.blob import BlobClient, ContainerClient


@dataclass(frozen=True)
class Task:
    """Score the files under `prefix` with the script's run(), and write the rows to `output`.

    `scratch` is an empty folder for downloads.
    """

    connection: str
    container: str
    prefix: str
    output: str
    script: str
    mini_batch: int
    processes: int
    scratch: str

    @classmethod
    def given(cls) -> Self:
        """From standard input: the connection string is nobody else's business."""
        return cls(**json.load(sys.stdin))

    def source(self) -> "ContainerClient":
        from azure.storage.blob import ContainerClient  # noqa: PLC0415

        return ContainerClient.from_connection_string(self.connection, self.container)

    def target(self) -> "BlobClient":
        return self.source().get_blob_client(self.output)

    def minibatches(self) -> list[tuple[str, ...]]:
        """The blobs' names, in order, cut."""
        names = self.source().list_blob_names(name_starts_with=self.prefix)
        return list(batched(names, self.mini_batch, strict=False))
