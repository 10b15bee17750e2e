"""How far housekeeping came, who does it now, and what went.

    housekeeping/walk.json                  the walk, which goes on where it was, in any host
    housekeeping/names/<walk>/<page>.json   what receipts of kept jobs name, as far as it came
    housekeeping/records/<when>.json        what a walk removed, the newest first

In the registry's container.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice

from pydantic import AwareDatetime, Field

from shared.domain.errors import PreconditionFailed
from shared.domain.housekeeping import Gone
from shared.domain.message import JSON, Message
from shared.domain.resolved_deployment import Location
from shared.ports import Blobs
from shared.stores.documents import Document, Documents
from shared.stores.job_index import key_before
from shared.stores.registry import CONTAINER

FOLDER = "housekeeping"
_WALK, _NAMES, _RECORDS = f"{FOLDER}/walk.json", f"{FOLDER}/names", f"{FOLDER}/records"
# A look that was killed is over after this time, and somebody else goes on.
HELD_FOR = timedelta(minutes=10)
RECORDS_KEPT = 100


class Position(Message):
    """Where a walk is: in which of its phases, and behind what. `walk` names it.

    `surplus` is the key behind which jobs are too many; `oldest` is when the oldest job that the
    walk came to was created.
    """

    walk: str
    started_at: AwareDatetime
    phase: int = 0
    after: str = ""
    surplus: str = ""
    oldest: AwareDatetime | None = None
    pages: int = 0

    def next_phase(self) -> "Position":
        return self.model_copy(update={"phase": self.phase + 1, "after": ""})


class Walk(Message):
    """`position` is None between two walks; `holder` is at work until `held_until`.

    `histories_until`: what was created before then was purged once.
    """

    position: Position | None = None
    begins_at: AwareDatetime | None = None
    gone: dict[str, Gone] = Field(default_factory=dict[str, Gone])
    problems: int = 0
    histories_until: AwareDatetime | None = None
    holder: str = ""
    held_until: AwareDatetime | None = None


class WalkRecord(Message):
    """What a walk removed, by rule."""

    walk: str
    started_at: AwareDatetime
    ended_at: AwareDatetime
    gone: dict[str, Gone]
    problems: int


class _Places(Message):
    places: list[Location]


class HousekeepingWalks:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._documents = Documents(blobs, CONTAINER)

    def read(self) -> Walk:
        document = self._documents.find(_WALK)
        return Walk.from_wire(document.body) if document else Walk()

    def hold(self, holder: str, now: datetime) -> Walk | None:
        """Take the walk for a while; None while somebody else has it."""

        def decide(document: Document | None) -> JSON:
            walk = Walk.from_wire(document.body) if document else Walk()
            if walk.held_until is not None and now < walk.held_until and walk.holder != holder:
                return document.body if document else None
            held = {"holder": holder, "held_until": now + HELD_FOR}
            return walk.model_copy(update=held).to_wire()

        now_there = self._documents.write_optimistically(_WALK, decide, what="walk").now
        walk = Walk.from_wire(now_there.body)
        return walk if walk.holder == holder else None

    def release(self, holder: str, walk: Walk) -> None:
        """Put down how far it came, unless somebody took over meanwhile."""
        document = self._documents.find(_WALK)
        if document is None or Walk.from_wire(document.body).holder != holder:
            return
        free = walk.model_copy(update={"holder": "", "held_until": None})
        with suppress(PreconditionFailed):
            self._documents.replace(_WALK, free.to_wire(), if_match=document.etag)

    def keep_names(self, position: Position, places: list[Location]) -> None:
        """What receipts name of one page of kept jobs."""
        name = f"{_NAMES}/{position.walk}/{position.pages:06d}.json"
        self._documents.put(name, _Places(places=places).to_wire())

    def named(self, position: Position) -> Iterator[Location]:
        names = self._documents.names(f"{_NAMES}/{position.walk}/")
        for document in self._documents.find_all(names):
            if document is not None:
                yield from _Places.from_wire(document.body).places

    def forget_names(self, before: datetime | None = None) -> None:
        """Those of walks that were begun before; they are named by when."""
        for name in list(self._documents.names(f"{_NAMES}/")):
            started = name.split("/")[2].partition("-")[0]
            if before is None or started < f"{int(before.timestamp()):010d}":
                self._documents.delete(name)

    def record(self, record: WalkRecord) -> None:
        """The newest are kept."""
        key = key_before(record.ended_at).removesuffix("_-")
        self._documents.put(f"{_RECORDS}/{key}.json", record.to_wire())
        for name in list(islice(self._documents.names(f"{_RECORDS}/"), RECORDS_KEPT, None)):
            self._documents.delete(name)

    def records(self, most: int) -> list[WalkRecord]:
        """The newest first."""
        names = self._documents.names(f"{_RECORDS}/", at_once=most)
        found = self._documents.find_all(islice(names, most))
        return [WalkRecord.from_wire(one.body) for one in found if one]
