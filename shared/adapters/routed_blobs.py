"""One `Blobs` over every account: what a place names decides which of them answers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from shared.domain import place
from shared.domain.errors import AccountRefuses, NotFound, ServiceUnavailable, StoreRefuses
from shared.ports import BlobContent, BlobItem, BlobProperties, Blobs

type Elsewhere = Callable[[str], tuple[Blobs, str]]
"""The account of a place, and the container's name there."""

A_SAS = "a SAS that reads and lists (a job's document never has the one that its input came with)"


class RoutedBlobs:
    """The `Blobs` port. A place of the service's own account goes to `own`, as it is."""

    def __init__(self, own: Blobs, elsewhere: Elsewhere) -> None:
        self._own = own
        self._elsewhere = elsewhere

    def ensure_container(self, container: str) -> None:
        with self._at(container) as (blobs, name):
            blobs.ensure_container(name)

    def delete_container(self, container: str) -> None:
        with self._at(container) as (blobs, name):
            blobs.delete_container(name)

    def container_exists(self, container: str) -> bool:
        with self._at(container) as (blobs, name):
            return blobs.container_exists(name)

    def read(self, container: str, name: str) -> BlobContent:
        with self._at(container) as (blobs, there):
            return blobs.read(there, name)

    def read_range(
        self, container: str, name: str, start: int, length: int, *, if_match: str = ""
    ) -> bytes:
        with self._at(container) as (blobs, there):
            return blobs.read_range(there, name, start, length, if_match=if_match)

    def head(self, container: str, name: str) -> BlobProperties:
        with self._at(container) as (blobs, there):
            return blobs.head(there, name)

    def exists(self, container: str, name: str) -> bool:
        with self._at(container) as (blobs, there):
            return blobs.exists(there, name)

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
        with self._at(container) as (blobs, there):
            return blobs.write(
                there,
                name,
                data,
                if_match=if_match,
                if_absent=if_absent,
                is_repeatable=is_repeatable,
                metadata=metadata,
                content_type=content_type,
            )

    def delete(self, container: str, name: str, *, if_match: str = "") -> None:
        with self._at(container) as (blobs, there):
            blobs.delete(there, name, if_match=if_match)

    def list_blobs(self, container: str, prefix: str = "") -> Iterator[BlobItem]:
        with self._at(container) as (blobs, there):
            yield from blobs.list_blobs(there, prefix)

    def list_folders(self, container: str, prefix: str = "") -> Iterator[str]:
        with self._at(container) as (blobs, there):
            yield from blobs.list_folders(there, prefix)

    def list_names(
        self, container: str, prefix: str = "", start_after: str = "", *, at_once: int = 0
    ) -> Iterator[str]:
        with self._at(container) as (blobs, there):
            yield from blobs.list_names(there, prefix, start_after, at_once=at_once)

    def download(self, container: str, name: str, path: Path, *, if_match: str = "") -> int:
        with self._at(container) as (blobs, there):
            return blobs.download(there, name, path, if_match=if_match)

    def chunks(self, container: str, name: str, *, size: int = 8 << 20) -> Iterator[bytes]:
        with self._at(container) as (blobs, there):
            yield from blobs.chunks(there, name, size=size)

    def copy(
        self,
        source: tuple[str, str],
        target: tuple[str, str],
        *,
        if_match: str,
        metadata: Mapping[str, str],
    ) -> bool:
        """Only inside one account: between two, the bytes are carried."""
        with self._at(source[0]) as (reads, there), self._at(target[0]) as (writes, container):
            if reads is not writes:
                return False
            return reads.copy(
                (there, source[1]), (container, target[1]), if_match=if_match, metadata=metadata
            )

    def stage(self, container: str, name: str, block_id: str, data: bytes) -> None:
        with self._at(container) as (blobs, there):
            blobs.stage(there, name, block_id, data)

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
        with self._at(container) as (blobs, there):
            return blobs.commit(
                there,
                name,
                block_ids,
                if_absent=if_absent,
                is_repeatable=is_repeatable,
                metadata=metadata,
                content_type=content_type,
            )

    @contextmanager
    def _at(self, container: str) -> Iterator[tuple[Blobs, str]]:
        if place.is_own(container):
            yield self._own, container
            return
        try:
            yield self._elsewhere(container)
        except StoreRefuses as refused:
            raise _words_of(refused, container) from None
        except NotFound as missing:
            raise _words_of_missing(missing, container) from None
        except ServiceUnavailable as silent:
            raise _words_of_silent(silent, container) from None


def _words_of(refused: StoreRefuses, container: str) -> AccountRefuses:
    """What its owner can do about it."""
    if place.datastore_of(container)[0]:
        fix = "Give the datastore a key or SAS that is valid, or the service's identity a role."
    else:
        fix = f"Make it public, add {A_SAS}, or register a datastore for it."
    return AccountRefuses(f"{_named(container)}: {refused.problem}", fix=fix, target=refused.target)


def _words_of_silent(silent: ServiceUnavailable, container: str) -> ServiceUnavailable:
    """Which account does not answer: a container's name alone may be that of the service's own."""
    if place.is_web_server(place.signature_of(container)[0]):
        return silent  # it is named
    problem = f"{_named(container)}: {silent.problem}"
    return ServiceUnavailable(problem, fix=silent.fix, target=silent.target)


def _named(container: str) -> str:
    datastore, _ = place.datastore_of(container)
    return f"Datastore '{datastore}'" if datastore else f"'{place.words(container)}'"


def _words_of_missing(missing: NotFound, container: str) -> NotFound:
    """Azure tells strangers of no container that it is there, unless it is public."""
    url, signature = place.signature_of(container)
    if signature or place.datastore_of(container)[0] or place.is_web_server(url):
        return missing
    fix = f"Correct the address; if it is not public, add {A_SAS}, or register a datastore for it."
    return NotFound(f"'{url}': {missing.problem}", fix=fix, target=missing.target)
