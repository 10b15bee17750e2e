"""What the middle asks of the world. Adapters answer; `services.py` chooses them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from shared.domain.caller import Caller
from shared.domain.message import JSON
from shared.domain.schedule import Trigger


@dataclass(frozen=True)
class BlobItem:
    """One blob of a listing: its full name inside the container, its etag and its size in bytes.

    `last_modified` is a date as HTTP writes it, to the second; metadata has names in lower case.
    """

    name: str
    etag: str
    size: int
    last_modified: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class BlobProperties:
    """What a store says of a blob without reading it. `size` is in bytes."""

    etag: str
    size: int
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class BlobContent:
    """A whole small blob, and the etag it was read at."""

    data: bytes
    etag: str


class Blobs(Protocol):
    """Blob storage: the only database.

    Every method raises `ServiceUnavailable` when the store does not answer, and `NotFound`
    when the container or the blob is missing (but where said otherwise). Names are full names
    inside a container; etags are opaque and compared as they are (quotes stripped).
    Thread-safe.
    """

    def ensure_container(self, container: str) -> None:
        """Create the container unless it is there."""

    def delete_container(self, container: str) -> None:
        """Delete the container and all in it; one that is not there is not an error."""

    def container_exists(self, container: str) -> bool: ...

    def read(self, container: str, name: str) -> BlobContent: ...

    def read_range(
        self, container: str, name: str, start: int, length: int, *, if_match: str = ""
    ) -> bytes:
        """At most `length` bytes from `start` on, none beyond the end; `if_match` as below."""

    def head(self, container: str, name: str) -> BlobProperties: ...

    def exists(self, container: str, name: str) -> bool: ...

    def write(
        self,
        container: str,
        name: str,
        data: bytes,
        *,
        if_match: str = "",
        if_absent: bool = False,
        is_repeatable: bool = False,
        metadata: Mapping[str, str] | None = None,
        content_type: str = "application/octet-stream",
    ) -> str:
        """Replace the blob and return its new etag.

        Raises `PreconditionFailed` when `if_match` is not the blob's etag (or it is gone), and
        `Conflict` when `if_absent` is set and the blob exists. With `is_repeatable`, such a write
        is repeated when the store does not answer: `Conflict` may then be its own success, which
        the caller tells by the blob's metadata.
        """
        ...

    def delete(self, container: str, name: str, *, if_match: str = "") -> None:
        """Delete the blob; one that is not there is not an error.

        Raises `PreconditionFailed` when the blob's etag is not `if_match`.
        """
        ...

    def list_blobs(self, container: str, prefix: str = "") -> Iterator[BlobItem]:
        """Every blob whose name starts with `prefix`, in name order, page by page."""
        ...

    def list_folders(self, container: str, prefix: str = "") -> Iterator[str]:
        """What is between `prefix` and the next slash, of all names that have one: each once."""

    def list_names(
        self, container: str, prefix: str = "", start_after: str = "", *, at_once: int = 0
    ) -> Iterator[str]:
        """Names that start with `prefix`, in name order, page by page, after `start_after`.

        `at_once` is how many the caller will look at, so that no more are asked for; 0: all.
        """
        ...

    def download(self, container: str, name: str, path: Path, *, if_match: str = "") -> int:
        """Write the blob's bytes to `path` and return how many there were.

        Raises `PreconditionFailed` when the blob's etag is not `if_match`.
        """
        ...

    def chunks(self, container: str, name: str, *, size: int = 8 << 20) -> Iterator[bytes]:
        """The blob's bytes in order, in pieces of at most `size` bytes."""
        ...

    def copy(
        self,
        source: tuple[str, str],
        target: tuple[str, str],
        *,
        if_match: str,
        metadata: Mapping[str, str],
    ) -> bool:
        """Let the store itself copy a blob (container, name) to where there is none yet.

        False: this store cannot, or not so much, and the bytes must be carried. Raises `Conflict`
        when the target exists, and `PreconditionFailed` when the source's etag is not `if_match`.
        """
        ...

    def stage(self, container: str, name: str, block_id: str, data: bytes) -> None:
        """Stage one uncommitted block. Ids of one blob are equally long, at most 48 characters."""
        ...

    def commit(
        self,
        container: str,
        name: str,
        block_ids: Sequence[str],
        *,
        if_absent: bool = False,
        is_repeatable: bool = False,
        metadata: Mapping[str, str] | None = None,
        content_type: str = "application/octet-stream",
    ) -> str:
        """Make the staged blocks, in this order, the blob's content; return its etag.

        Raises `BlocksMissing` when the store lacks one of them, and `Conflict` when `if_absent`
        is set and the blob exists; `is_repeatable` is as in `write`.
        """
        ...


class Signer(Protocol):
    """Makes shared access signatures (SAS): what a client needs to reach the store by itself.

    Thread-safe. What it returns is a secret: it is handed out, and never kept or logged.
    """

    def container_sas(self, container: str, permissions: str, lifetime: timedelta) -> str:
        """A SAS for one container and nothing else; `permissions` are Azure's letters (`rl`).

        Raises `ServiceUnavailable` when the store gives the service nothing to sign with.
        """
        ...

    def blob_sas(self, container: str, name: str, lifetime: timedelta) -> str:
        """A SAS to read that one blob; a browser that follows it saves the blob.

        Raises `ServiceUnavailable` as `container_sas` does.
        """
        ...


@dataclass(frozen=True)
class Instance:
    """How an orchestration is. `ended` is empty while it runs."""

    ended: str
    runtime_status: str
    custom_status: JSON
    output: JSON
    failure: str
    orchestrator: str
    created_at: datetime
    changed_at: datetime

    @property
    def is_suspended(self) -> bool:
        return self.runtime_status == "Suspended"


class Orchestrations(Protocol):
    """The task hub. Every method raises `ServiceUnavailable` when it does not answer."""

    def start(self, orchestrator: str, instance: str, payload: JSON) -> None:
        """Raises `Conflict` when one of that id is under way, `InvalidRequest` for too much."""
        ...

    def find(self, instance: str) -> Instance | None:
        """How the orchestration is, with its custom status and output; None if there is none."""
        ...

    def resume(self, instance: str, reason: str) -> None:
        """Let a suspended orchestration go on; one that is not suspended is left alone."""
        ...

    def management_urls(self, instance: str) -> dict[str, str]:
        """The Durable HTTP API's URLs for an instance; their key opens the whole task hub."""
        ...


class Verifier(Protocol):
    """Tells who a bearer token speaks for. Thread-safe."""

    def verify(self, token: str) -> Caller:
        """Raises `Unauthenticated`."""
        ...


class DueTimes(Protocol):
    """When triggers are due. Thread-safe."""

    def check(self, trigger: Trigger) -> None:
        """Raises `InvalidRequest` for an expression or a time zone that there is not."""
        ...

    def local(self, trigger: Trigger, moment: datetime) -> datetime:
        """The moment, as clocks in the trigger's time zone show it."""
        ...

    def after(self, trigger: Trigger, since: datetime, moment: datetime) -> Iterator[datetime]:
        """The due times later than a moment, in order and in UTC; without an end, if it has none.

        `since` is the start of a trigger that names none.
        """
        ...
