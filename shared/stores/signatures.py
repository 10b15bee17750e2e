"""The signatures that inputs' URLs came with: kept sealed, until no job needs them.

    signatures/<key>.json           what opens the URL, sealed, and when it was last asked for
    signatures/<key>/<job>.json     a job whose input lies there

Places have the key only.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from shared.domain.errors import NotFound, PreconditionFailed
from shared.domain.message import Message
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.registry import CONTAINER, SUFFIX

FOLDER = "signatures/"
KEY_LENGTH = 32
FRESH = timedelta(hours=1)
"""For so long a signature is not written again: a schedule brings the same one each minute."""
UNNAMED = timedelta(days=1)
"""For so long after an invocation its job may still be on its way."""


class KeptSignature(Message):
    sealed: str
    kept_at: datetime


@dataclass(frozen=True)
class SignatureUse:
    """A signature, and the names of the jobs that came with it."""

    key: str
    jobs: tuple[str, ...]


class Signatures:
    """Thread-safe."""

    def __init__(
        self, blobs: Blobs, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._documents = Documents(blobs, CONTAINER)
        self._clock = clock

    def keep(self, host: str, query: str, seal: Callable[[str], str]) -> str:
        """The key of a URL's query; the same one for the same query."""
        key = hashlib.sha256(f"{host}\n{query}".encode()).hexdigest()[:KEY_LENGTH]
        found, now = self._find(key), self._clock()
        if found is None or now - found[0].kept_at > FRESH:
            kept = KeptSignature(sealed=seal(query), kept_at=now)
            self._documents.put(_name(key), kept.to_wire())
        return key

    def sealed(self, key: str) -> str:
        """A kept signature, sealed; raises NotFound."""
        found = self._find(key)
        if found is None:
            raise NotFound(
                "The signature that this job's input came with is not kept any more.",
                fix="Invoke again, with a URL that has one.",
                target="input",
            )
        return found[0].sealed

    def use(self, key: str, job: str) -> None:
        """Note that a job needs it; to be called before there is the job."""
        self._documents.put(f"{FOLDER}{key}/{job}{SUFFIX}", {})

    def uses(self) -> Iterator[SignatureUse]:
        """Every signature, with the jobs that were noted."""
        names = (
            name.removeprefix(FOLDER).removesuffix(SUFFIX) for name in self._documents.names(FOLDER)
        )
        for key, own in groupby(names, lambda name: name.partition("/")[0]):
            jobs = (name.partition("/")[2] for name in own)
            yield SignatureUse(key, tuple(job for job in jobs if job))

    def is_idle(self, key: str, now: datetime) -> bool:
        """Whether nobody brought it for so long that each of its jobs has been noted."""
        found = self._find(key)
        return found is None or now - found[0].kept_at > UNNAMED

    def forget(self, one: SignatureUse, now: datetime) -> bool:
        """Delete it, unless somebody brought it again by now; returns whether it is gone."""
        found = self._find(one.key)
        if found is not None:
            if now - found[0].kept_at <= UNNAMED:
                return False
            try:
                self._documents.delete(_name(one.key), if_match=found[1])
            except PreconditionFailed:
                return False
        for job in one.jobs:
            self._documents.delete(f"{FOLDER}{one.key}/{job}{SUFFIX}")
        return True

    def _find(self, key: str) -> tuple[KeptSignature, str] | None:
        document = self._documents.find(_name(key))
        return (KeptSignature.from_wire(document.body), document.etag) if document else None


def _name(key: str) -> str:
    return f"{FOLDER}{key}{SUFFIX}"
