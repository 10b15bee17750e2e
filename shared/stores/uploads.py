"""Uploads of clients: a container of its own for each, noted until an asset is registered in it.

1. The note is written, then the container is made: none is forgotten.
2. Before an asset in the container is registered, the note is deleted: it is the asset's now.
   Another note says that it was one.
3. Days later what is still noted is deleted, at the start of another upload and by housekeeping.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from shared.domain.errors import BatchError
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.registry import CONTAINER, SUFFIX

FOLDER, USED = "uploads", "used-uploads"
# A note's name has its day, so that a listing shows the oldest first.
REMEMBERED_DAYS = 1
# Deleted by one request at most: its caller waits for it.
MOST_CLEANED = 10
_OF_AN_UPLOAD = re.compile(r"[a-z]+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Uploads:
    """Thread-safe. What nobody used is remembered for `days`."""

    def __init__(self, blobs: Blobs, days: int = REMEMBERED_DAYS) -> None:
        self._remembered_for = timedelta(days=days)
        self._blobs = blobs
        self._documents = Documents(blobs, CONTAINER)

    def start(self, kind: str, *, today: date | None = None) -> str:
        """A new container for one upload of this kind (`code`); what was left behind is deleted."""
        day = today or datetime.now(UTC).date()
        self._clean(day - self._remembered_for)
        container = f"{kind}-{uuid.uuid4()}"
        self._documents.put(f"{FOLDER}/{day}/{container}{SUFFIX}", {})
        self._blobs.ensure_container(container)
        return container

    def claim(self, container: str) -> None:
        """Keep the container for good: something is about to be registered in it."""
        if _OF_AN_UPLOAD.fullmatch(container):
            for name in self._find_notes(container):
                self._documents.put(f"{USED}/{container}{SUFFIX}", {})
                self._documents.delete(name)

    def unused(self, before: date) -> Iterator[str]:
        """Containers that were started before that day, and never used."""
        for name in self._documents.names(f"{FOLDER}/"):
            _, day, container = name.removesuffix(SUFFIX).split("/")
            if date.fromisoformat(day) >= before:
                return
            yield container

    def discard_unused(self, container: str) -> bool:
        """Whether it went: not if something was registered in it meanwhile."""
        notes = list(self._find_notes(container))
        if notes:
            self._blobs.delete_container(container)
        for name in notes:
            self._documents.delete(name)
        return bool(notes)

    def used(self) -> Iterator[str]:
        """Containers in which something was registered once."""
        for name in self._documents.names(f"{USED}/"):
            yield name.removeprefix(f"{USED}/").removesuffix(SUFFIX)

    def discard_used(self, container: str) -> None:
        self._blobs.delete_container(container)
        self._documents.delete(f"{USED}/{container}{SUFFIX}")

    def _find_notes(self, container: str) -> Iterator[str]:
        for name in self._documents.names(f"{FOLDER}/"):
            if name.endswith(f"/{container}{SUFFIX}"):
                yield name

    def _clean(self, until: date) -> None:
        """Delete what was noted before that day; what cannot be deleted now is met again."""
        names = list(self._documents.names(f"{FOLDER}/"))
        for name in names[:MOST_CLEANED]:
            _, day, container = name.removesuffix(SUFFIX).split("/")
            if date.fromisoformat(day) >= until:
                return
            with suppress(BatchError):
                self._blobs.delete_container(container)
                self._documents.delete(name)
