"""The blobs of a container."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cli.errors import ResourceNotFound
from cli.storage.container import Container
from cli.storage.storage_errors import storage_errors

if TYPE_CHECKING:  # obstore has these for type checkers only
    from obstore import ObjectMeta


@dataclass(frozen=True)
class Blob:
    name: str
    size: int
    modified: datetime
    etag: str


def list_blobs(container: Container, prefix: str = "") -> Iterator[Blob]:
    """Those whose names begin with the prefix, in the order of their names."""
    import obstore  # noqa: PLC0415  # only what moves bytes waits for it

    folder = prefix.rpartition("/")[0]  # obstore lists whole folders
    with storage_errors(container):
        for page in obstore.list(container.store, folder or None):
            yield from (_blob(one) for one in page if one["path"].startswith(prefix))


def find_blob(container: Container, name: str) -> Blob | None:
    import obstore  # noqa: PLC0415  # only what moves bytes waits for it

    try:
        with storage_errors(container, name):
            return _blob(obstore.head(container.store, name))
    except ResourceNotFound:
        return None


def _blob(meta: "ObjectMeta") -> Blob:
    etag = (meta["e_tag"] or "").strip('"')
    return Blob(meta["path"], meta["size"], meta["last_modified"], etag)
