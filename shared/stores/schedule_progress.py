"""How far each schedule's due times were looked at: a document beside the schedule's own.

It only goes forward, so that a look which comes late or twice undoes nothing.
"""

from shared.domain.message import JSON
from shared.domain.schedule import ScheduleProgress
from shared.ports import Blobs
from shared.stores.documents import Document, Documents
from shared.stores.registry import CONTAINER, SUFFIX


class ScheduleProgresses:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._documents = Documents(blobs, CONTAINER)

    def find(self, schedule: str) -> ScheduleProgress | None:
        document = self._documents.find(_name(schedule))
        return ScheduleProgress.from_wire(document.body) if document else None

    def advance(self, schedule: str, reached: ScheduleProgress) -> None:
        """Record how far it was looked at; what is further already stays."""

        def decide(document: Document | None) -> JSON:
            if document is None:
                return reached.to_wire()
            old = ScheduleProgress.from_wire(document.body)
            if old.until >= reached.until:
                return document.body
            last = reached.last_run or old.last_run
            return reached.model_copy(update={"last_run": last}).to_wire()

        self._documents.write_optimistically(
            _name(schedule), decide, what=f"progress of schedule '{schedule}'"
        )

    def forget(self, schedule: str) -> None:
        self._documents.delete(_name(schedule))


def _name(schedule: str) -> str:
    return f"schedule-progress/{schedule.lower()}{SUFFIX}"
