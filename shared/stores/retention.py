"""How far deliveries, and the secrets of jobs' own webhooks, were looked through for old ones.

`retention/deliveries.json` in the registry's container: the walk goes on where it was, in any host.
"""

from collections.abc import Iterator
from itertools import islice

from pydantic import AwareDatetime

from shared.domain.delivery import TargetKind
from shared.domain.message import Message
from shared.ports import Blobs
from shared.stores import deliveries, receivers
from shared.stores.documents import Documents
from shared.stores.registry import CONTAINER

_NAME = "retention/deliveries.json"
DELIVERIES = f"{deliveries.FOLDER}/"
# A job's secret goes when nothing of its log is left, so receivers come second.
FOLDERS = (DELIVERIES, f"{receivers.FOLDER}/{TargetKind.JOB}/")


class RetentionWalk(Message):
    """The last document that was looked at; when all were, the next walk begins at `begins_at`."""

    after: str = ""
    begins_at: AwareDatetime | None = None


class RetentionWalks:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._documents = Documents(blobs, CONTAINER)

    def read(self) -> RetentionWalk:
        document = self._documents.find(_NAME)
        return RetentionWalk.from_wire(document.body) if document else RetentionWalk()

    def write(self, walk: RetentionWalk) -> None:
        self._documents.put(_NAME, walk.to_wire())

    def names(self, after: str, size: int) -> list[str]:
        """The next documents of the walk, at most so many; none: it is over."""
        return list(islice(self._after(after, size), size))

    def _after(self, after: str, size: int) -> Iterator[str]:
        for folder in FOLDERS:
            if after < folder or after.startswith(folder):
                start = after if after.startswith(folder) else ""
                yield from self._documents.names(folder, start_after=start, at_once=size)
