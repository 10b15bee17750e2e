"""The two ways a blob's bytes travel: obstore's for the names it can say, Microsoft's for all."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
from azure.core import MatchConditions
from azure.storage.blob import BlobClient, ContentSettings
from azure.storage.blob import BlobProperties as StoredProperties

from shared.adapters.azure_account import AzureAccount
from shared.adapters.azure_errors import broken_off, changed, translated
from shared.domain.errors import InvalidRequest, ServiceUnavailable
from shared.ports import BlobProperties

if TYPE_CHECKING:  # obstore has these for type checkers only
    from obstore import Bytes, GetResult, PutMode

_ATTRIBUTES = {
    "Cache-Control",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Type",
    "Storage-Class",
}
"""What obstore keeps beside the metadata; no metadata name holds a hyphen."""
_MODE = 0o666  # what open() has, less the umask


@dataclass(frozen=True)
class Opened:
    """A blob of `size` bytes that is about to be read, in pieces of about what was asked for.

    The etag and metadata are made when they are asked for: of thousands of small blobs nobody does.
    """

    size: int
    pieces: "Iterator[bytes | Bytes]"
    describe: Callable[[], BlobProperties]


@dataclass(frozen=True)
class Draft:
    """What a write makes of a blob, and on which condition (at most one of the two)."""

    data: bytes
    metadata: Mapping[str, str]
    content_type: str
    if_match: str = ""
    if_absent: bool = False
    is_repeatable: bool = False

    @property
    def is_tried_once(self) -> bool:
        return (self.if_absent or bool(self.if_match)) and not self.is_repeatable


def is_plain(name: str) -> bool:
    """Whether obstore can say this name: it drops empty segments (`a//b`, `/a`, `a/`)."""
    return all(name.split("/"))


class FastBytes:
    """By obstore."""

    def __init__(self, account: AzureAccount) -> None:
        self._account = account

    def head(self, container: str, name: str) -> BlobProperties:
        answer = obstore.get(self._account.store(container), name, options={"head": True})
        return _properties_of_answer(answer)

    def open(self, container: str, name: str, *, if_match: str, size: int) -> Opened:
        answer = obstore.get(
            self._account.store(container),
            name,
            options={"if_match": quoted(if_match)} if if_match else None,
        )
        # One call instead of a stream's many, where one will do: a third of the CPU.
        found = answer.range[1]  # of a whole blob; `meta` makes a date and four texts
        stream = _whole(answer) if found <= size else iter(answer.stream(min_chunk_size=size))
        return Opened(found, stream, partial(_properties_of_answer, answer))

    def read_range(self, container: str, name: str, start: int, stop: int, if_match: str) -> bytes:
        store = self._account.store(container)
        if not if_match:
            return bytes(obstore.get_range(store, name, start=start, end=stop))
        pinned: Any = {"range": (start, stop), "if_match": quoted(if_match)}
        return bytes(obstore.get(store, name, options=pinned).bytes())

    def put(self, container: str, name: str, draft: Draft) -> str:
        written = obstore.put(
            self._account.store(container, is_tried_once=draft.is_tried_once),
            name,
            draft.data,
            attributes={"Content-Type": draft.content_type, **draft.metadata},
            mode=_mode(draft),
            use_multipart=False,
        )
        return unquoted(written["e_tag"])


class AnyNameBytes:
    """By Microsoft's client."""

    def __init__(self, account: AzureAccount) -> None:
        self._account = account

    def head(self, container: str, name: str) -> BlobProperties:
        return _properties_of_blob(self._blob(container, name).get_blob_properties())

    def open(self, container: str, name: str, *, if_match: str, size: int) -> Opened:  # noqa: ARG002  # this client's pieces are as long as its ranges
        answer = self._blob(container, name).download_blob(**condition(if_match))
        properties = _properties_of_blob(answer.properties)
        return Opened(properties.size, answer.chunks(), lambda: properties)

    def read_range(self, container: str, name: str, start: int, stop: int, if_match: str) -> bytes:
        blob, match = self._blob(container, name), condition(if_match)
        return bytes(blob.download_blob(offset=start, length=stop - start, **match).readall())

    def put(self, container: str, name: str, draft: Draft) -> str:
        written = self._blob(container, name).upload_blob(
            draft.data,
            overwrite=not draft.if_absent,
            metadata=dict(draft.metadata),
            content_settings=ContentSettings(content_type=draft.content_type),
            **condition(draft.if_match),
            **(NOT_REPEATED if draft.is_tried_once else {}),
        )
        return unquoted(written["etag"])

    def _blob(self, container: str, name: str) -> BlobClient:
        return self._account.service.get_blob_client(container, name)


NOT_REPEATED: Mapping[str, Any] = {"retry_total": 0}
"""What makes Microsoft's client try a conditional write once, as `ONCE` does obstore."""


def quoted(etag: str) -> str:
    return f'"{etag}"'


def unquoted(etag: str | None) -> str:
    return (etag or "").strip('"')


def condition(if_match: str) -> dict[str, Any]:
    """What makes Microsoft's client act on that version of a blob only."""
    if not if_match:
        return {}
    return {"etag": quoted(if_match), "match_condition": MatchConditions.IfNotModified}


def _mode(draft: Draft) -> "PutMode":
    if draft.if_absent:
        return "create"
    return {"e_tag": quoted(draft.if_match)} if draft.if_match else "overwrite"


def _whole(answer: "GetResult") -> "Iterator[Bytes]":
    """Read when it is asked for, where the caller translates what may go wrong."""
    yield answer.bytes()


def _properties_of_answer(answer: "GetResult") -> BlobProperties:
    metadata = {name: value for name, value in answer.attributes.items() if name not in _ATTRIBUTES}
    return BlobProperties(unquoted(answer.meta["e_tag"]), answer.meta["size"], metadata)


def _properties_of_blob(properties: StoredProperties) -> BlobProperties:
    metadata = {name.lower(): value for name, value in (properties.metadata or {}).items()}
    return BlobProperties(unquoted(properties.etag), properties.size, metadata)


def pieces_of(container: str, name: str, opened: Opened) -> "Iterator[bytes | Bytes]":
    """The pieces; raises ServiceUnavailable unless they are all that the blob holds."""
    missing = opened.size
    with translated(container, name):
        for piece in opened.pieces:
            missing -= len(piece)
            yield piece
    if missing:
        raise broken_off(container, name, missing)


def cut(container: str, name: str, opened: Opened, size: int) -> Iterator[bytes]:
    """The pieces, cut to at most `size` bytes: neither client keeps to a size.

    Raises ServiceUnavailable unless they are all that the blob holds.
    """
    for piece in pieces_of(container, name, opened):
        view = memoryview(piece)
        for start in range(0, len(view), size):
            yield bytes(view[start : start + size])


def save(pieces: "Iterable[bytes | Bytes]", path: Path) -> int:
    """Write them to the file, and return their size in bytes. Raises OSError.

    In as few calls as it takes, and without a copy: each call lets other threads run, which costs
    more than what it does where dozens download.
    """
    size, file = 0, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
    try:
        for piece in pieces:
            rest = memoryview(piece)
            size += len(rest)
            while rest:
                rest = rest[os.write(file, rest) :]
    finally:
        os.close(file)
    return size


def range_of(
    by: FastBytes | AnyNameBytes, blob: tuple[str, str], start: int, length: int, if_match: str
) -> bytes:
    """As much of the range as the blob has; a version that is pinned needs no look before."""
    if if_match and length > 0:
        with suppress(InvalidRequest, ServiceUnavailable), translated(*blob):
            data = by.read_range(*blob, start, start + length, if_match)
            if len(data) == length:
                return data
    with translated(*blob):
        found = by.head(*blob)
        if if_match not in ("", found.etag):
            raise changed(*blob)
        if (stop := min(start + length, found.size)) <= start:
            return b""
        return by.read_range(*blob, start, stop, if_match)
