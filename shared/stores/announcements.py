"""Announcements: jobs whose end is still to be told, each a small document until it was.

They are what the sweep looks at, so that a kill between a job's end and its telling loses nothing.
"""

from collections.abc import Iterator

from pydantic import AwareDatetime

from shared.domain.message import Message
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.registry import CONTAINER, SUFFIX

FOLDER = "announcements"


class Announcement(Message):
    """A job that somebody wants to hear of. `at` is when it was submitted, or so."""

    job: str
    endpoint: str
    at: AwareDatetime


class Announcements:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._documents = Documents(blobs, CONTAINER)

    def put(self, announcement: Announcement) -> None:
        self._documents.put(_name(announcement.job), announcement.to_wire())

    def remove(self, job: str) -> None:
        self._documents.delete(_name(job))

    def has(self, job: str) -> bool:
        return self._documents.find(_name(job)) is not None

    def all(self) -> Iterator[Announcement]:
        for name in self._documents.names(f"{FOLDER}/"):
            document = self._documents.find(name)
            if document is not None:
                yield Announcement.from_wire(document.body)


def _name(job: str) -> str:
    return f"{FOLDER}/{job}{SUFFIX}"
