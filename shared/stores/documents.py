"""JSON documents in a container, guarded by their etags."""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from shared.domain.errors import Conflict, NotFound, PreconditionFailed, ServiceUnavailable
from shared.domain.message import JSON
from shared.ports import Blobs
from shared.stores.content_types import JSON_TYPE

# Of writers that meet, one is through in each round; a host has far fewer threads.
MOST_WRITERS = 1000
# A list's page is some dozen small reads; more side by side gain nothing on one store.
_READERS = ThreadPoolExecutor(8, thread_name_prefix="documents")


@dataclass(frozen=True)
class Document:
    """A document, and the etag it was read at."""

    body: JSON
    etag: str


NOTHING = Document(None, "")


@dataclass(frozen=True)
class WriteResult:
    """What a guarded write found, and what is there now: NOTHING if it was deleted."""

    before: Document | None
    now: Document


class Documents:
    """The documents of one container. Names are full blob names."""

    def __init__(self, blobs: Blobs, container: str) -> None:
        self._blobs = blobs
        self._container = container

    def read(self, name: str) -> Document:
        """Raises NotFound."""
        blob = self._blobs.read(self._container, name)
        return Document(json.loads(blob.data), blob.etag)

    def find(self, name: str) -> Document | None:
        try:
            return self.read(name)
        except NotFound:
            return None

    def find_all(self, names: Iterable[str]) -> list[Document | None]:
        """The documents of these names, read side by side, in order; None where there is none."""
        return list(_READERS.map(self.find, names))

    def create(self, name: str, body: JSON, *, metadata: dict[str, str] | None = None) -> str:
        """Write a new document; raises Conflict when it is there already."""
        return self._write(name, body, if_absent=True, metadata=metadata)

    def put(self, name: str, body: JSON) -> str:
        """Write a document whatever was there: for those whose content its name determines."""
        return self._write(name, body)

    def replace(self, name: str, body: JSON, *, if_match: str) -> str:
        """Raises PreconditionFailed when somebody else wrote it since it was read."""
        return self._write(name, body, if_match=if_match)

    def delete(self, name: str, *, if_match: str = "") -> None:
        """What is not there is not an error; raises PreconditionFailed for another etag."""
        self._blobs.delete(self._container, name, if_match=if_match)

    def update(self, name: str, change: Callable[[JSON], JSON]) -> JSON:
        """Change a document that is there, as `write_optimistically` does. Raises NotFound."""

        def decide(document: Document | None) -> JSON:
            return change((document or self.read(name)).body)

        return self.write_optimistically(name, decide, what=f"document '{name}'").now.body

    def write_optimistically(
        self, name: str, decide: Callable[[Document | None], JSON], *, what: str
    ) -> WriteResult:
        """Read, decide and write, again while others write in between: the last one wins.

        What `decide` returns replaces the document, or is the first; None deletes it. Who returns
        what is there writes nothing. `what` names the document in a refusal.
        """
        for _ in range(MOST_WRITERS):
            old = self.find(name)
            body = decide(old)
            if body == (old.body if old else None):
                return WriteResult(old, old or NOTHING)
            with suppress(Conflict, PreconditionFailed):
                return WriteResult(old, self._exchange(name, old, body))
        raise ServiceUnavailable(
            f"The {what} is being changed by too many at once.", fix="Send the request again."
        )

    def _exchange(self, name: str, old: Document | None, body: JSON) -> Document:
        """Put the body where the old document is; raises when that is there no longer."""
        if old is None:
            return Document(body, self.create(name, body))
        if body is None:
            self.delete(name, if_match=old.etag)
            return NOTHING
        return Document(body, self.replace(name, body, if_match=old.etag))

    def names(self, prefix: str, *, start_after: str = "", at_once: int = 0) -> Iterator[str]:
        """Names that start with `prefix`, in name order, page by page, after `start_after`.

        `at_once` is how many the caller will look at; 0: all.
        """
        return self._blobs.list_names(self._container, prefix, start_after, at_once=at_once)

    def _write(self, name: str, body: JSON, **conditions: Any) -> str:
        data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        return self._blobs.write(self._container, name, data, content_type=JSON_TYPE, **conditions)
