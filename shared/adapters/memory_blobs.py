"""Blob storage in memory: the equal of the real one, proven by the same tests."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from threading import RLock

from shared.adapters.blob_names import check_container, check_names
from shared.domain.blob_name import listing_order
from shared.domain.errors import BlocksMissing, Conflict, NotFound, PreconditionFailed
from shared.ports import BlobContent, BlobItem, BlobProperties


@dataclass(frozen=True)
class _Blob:
    data: bytes
    etag: str
    metadata: Mapping[str, str]
    blocks: Mapping[str, bytes]
    last_modified: str


@dataclass
class _Container:
    blobs: dict[str, _Blob] = field(default_factory=dict[str, _Blob])
    staged: dict[str, dict[str, bytes]] = field(default_factory=dict[str, dict[str, bytes]])


class MemoryBlobs:
    """The `Blobs` port, for tests and for as long as the process lives."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._containers: dict[str, _Container] = {}
        self._lock = RLock()
        self._writes = 0

    def close(self) -> None:
        """Nothing is held."""

    def ensure_container(self, container: str) -> None:
        check_container(container)
        with self._lock:
            self._containers.setdefault(container, _Container())

    def delete_container(self, container: str) -> None:
        check_container(container)
        with self._lock:
            self._containers.pop(container, None)

    def container_exists(self, container: str) -> bool:
        check_container(container)
        return container in self._containers

    def read(self, container: str, name: str) -> BlobContent:
        blob = self._blob(container, name)
        return BlobContent(blob.data, blob.etag)

    def read_range(
        self, container: str, name: str, start: int, length: int, *, if_match: str = ""
    ) -> bytes:
        blob = self._blob(container, name)
        _check_match(blob, container, name, if_match)
        return blob.data[start : start + length]

    def head(self, container: str, name: str) -> BlobProperties:
        blob = self._blob(container, name)
        return BlobProperties(blob.etag, len(blob.data), blob.metadata)

    def exists(self, container: str, name: str) -> bool:
        check_names(container, name)
        with self._lock:
            found = self._containers.get(container)
            return found is not None and name in found.blobs

    def write(
        self,
        container: str,
        name: str,
        data: bytes,
        *,
        if_match: str = "",
        if_absent: bool = False,
        is_repeatable: bool = False,  # noqa: ARG002  # it always answers
        metadata: Mapping[str, str] | None = None,
        content_type: str = "application/octet-stream",  # noqa: ARG002  # nobody reads it back
    ) -> str:
        with self._lock:
            held = self._container(container, name)
            _check_absent(held, container, name, if_absent=if_absent)
            _check_match(held.blobs.get(name), container, name, if_match)
            held.staged.pop(name, None)
            return self._put(held, name, data, metadata, {})

    def delete(self, container: str, name: str, *, if_match: str = "") -> None:
        check_names(container, name)
        with self._lock:
            held = self._containers.get(container)
            if held and (blob := held.blobs.get(name)):
                _check_match(blob, container, name, if_match)
                del held.blobs[name]

    def list_blobs(self, container: str, prefix: str = "") -> Iterator[BlobItem]:
        for name, blob in self._listing(container, prefix):
            yield BlobItem(name, blob.etag, len(blob.data), blob.last_modified, blob.metadata)

    def list_folders(self, container: str, prefix: str = "") -> Iterator[str]:
        rests = [name.removeprefix(prefix) for name, _ in self._listing(container, prefix)]
        yield from dict.fromkeys(rest.partition("/")[0] for rest in rests if "/" in rest)

    def list_names(
        self,
        container: str,
        prefix: str = "",
        start_after: str = "",
        *,
        at_once: int = 0,  # noqa: ARG002  # nothing is asked for anywhere
    ) -> Iterator[str]:
        for name, _ in self._listing(container, prefix):
            if listing_order(name) > listing_order(start_after):
                yield name

    def download(self, container: str, name: str, path: Path, *, if_match: str = "") -> int:
        blob = self._blob(container, name)
        _check_match(blob, container, name, if_match)
        return path.write_bytes(blob.data)

    def chunks(self, container: str, name: str, *, size: int = 8 << 20) -> Iterator[bytes]:
        data = self._blob(container, name).data
        for start in range(0, len(data), size):
            yield data[start : start + size]

    def copy(
        self,
        source: tuple[str, str],
        target: tuple[str, str],
        *,
        if_match: str,
        metadata: Mapping[str, str],
    ) -> bool:
        with self._lock:
            blob = self._blob(*source)
            _check_match(blob, *source, if_match)
            held = self._container(*target)
            _check_absent(held, *target, if_absent=True)
            self._put(held, target[1], blob.data, metadata, {})
        return True

    def stage(self, container: str, name: str, block_id: str, data: bytes) -> None:
        with self._lock:
            staged = self._container(container, name).staged
            staged.setdefault(name, {})[block_id] = data

    def commit(
        self,
        container: str,
        name: str,
        block_ids: Sequence[str],
        *,
        if_absent: bool = False,
        is_repeatable: bool = False,  # noqa: ARG002  # it always answers
        metadata: Mapping[str, str] | None = None,
        content_type: str = "application/octet-stream",  # noqa: ARG002  # nobody reads it back
    ) -> str:
        with self._lock:
            held = self._container(container, name)
            _check_absent(held, container, name, if_absent=if_absent)
            earlier = held.blobs.get(name)
            known = {**(earlier.blocks if earlier else {}), **held.staged.get(name, {})}
            if missing := [block_id for block_id in block_ids if block_id not in known]:
                raise BlocksMissing(
                    f"Blob '{name}' in container '{container}' lacks the blocks {missing}.",
                    fix="Stage them again, then commit.",
                )
            held.staged.pop(name, None)
            blocks = {block_id: known[block_id] for block_id in block_ids}
            data = b"".join(known[block_id] for block_id in block_ids)
            return self._put(held, name, data, metadata, blocks)

    def _put(
        self,
        held: _Container,
        name: str,
        data: bytes,
        metadata: Mapping[str, str] | None,
        blocks: Mapping[str, bytes],
    ) -> str:
        self._writes += 1
        etag = f"0x{self._writes:X}"
        lower = {key.lower(): value for key, value in (metadata or {}).items()}
        now = format_datetime(self._clock(), usegmt=True)
        held.blobs[name] = _Blob(bytes(data), etag, lower, blocks, now)
        return etag

    def _listing(self, container: str, prefix: str) -> Iterator[tuple[str, _Blob]]:
        check_container(container)
        with self._lock:
            blobs = dict(self._found(container).blobs)
        for name in sorted(blobs, key=listing_order):
            if name.startswith(prefix):
                yield name, blobs[name]

    def _blob(self, container: str, name: str) -> _Blob:
        with self._lock:
            blob = self._container(container, name).blobs.get(name)
        if blob is None:
            raise NotFound(
                f"There is no blob '{name}' in container '{container}'.",
                fix="Check the name against the container's listing.",
                target="blob",
            )
        return blob

    def _container(self, container: str, name: str) -> _Container:
        check_names(container, name)
        return self._found(container)

    def _found(self, container: str) -> _Container:
        if container not in self._containers:
            raise NotFound(
                f"Container '{container}' does not exist.",
                fix="Create it, or correct the name.",
                target="container",
            )
        return self._containers[container]


def _check_absent(held: _Container, container: str, name: str, *, if_absent: bool) -> None:
    if if_absent and name in held.blobs:
        raise Conflict(
            f"There is already a blob '{name}' in container '{container}'.",
            fix="Choose another name, or delete it first.",
            target="blob",
        )


def _check_match(blob: _Blob | None, container: str, name: str, if_match: str) -> None:
    if if_match and (blob is None or blob.etag != if_match):
        raise PreconditionFailed(
            f"The blob '{name}' in container '{container}' is not the one that was read.",
            fix="Read it again, and repeat the change.",
            target="blob",
        )
