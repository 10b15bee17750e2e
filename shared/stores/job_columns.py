"""The header of a job's rows: the columns of the first ones that were scored, agreed upon.

Mini-batches are scored side by side, on several machines. Whoever has rows first says what their
columns are, in a document that is created just once; all others keep to it.
"""

from shared.domain.errors import Conflict
from shared.domain.job import JobSpec
from shared.domain.message import JSON, Message
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.jobs import CONTAINER
from shared.stores.recent import Recent

# Jobs whose header is at hand; a worker serves a handful at a time.
CACHED = 64


class Columns(Message):
    names: tuple[str, ...]


class JobColumns:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._documents = Documents(blobs, CONTAINER)
        self._known = Recent[str, tuple[str, ...]](CACHED)

    def known(self, spec: JobSpec) -> tuple[str, ...]:
        """The job's columns; none where nobody has said them."""
        if (names := self._known.get(_key(spec))) is not None:
            return names
        document = self._documents.find(_name(spec))
        return self._remember(spec, document.body) if document else ()

    def agree(self, spec: JobSpec, columns: tuple[str, ...]) -> tuple[str, ...]:
        """The job's columns: those that are given, if they are the first."""
        if known := self.known(spec):
            return known
        body = Columns(names=columns).to_wire()
        try:
            self._documents.create(_name(spec), body)
        except Conflict:
            body = self._documents.read(_name(spec)).body
        return self._remember(spec, body)

    def _remember(self, spec: JobSpec, body: JSON) -> tuple[str, ...]:
        names = Columns.from_wire(body).names
        self._known.put(_key(spec), names)
        return names


def _key(spec: JobSpec) -> str:
    """A job that was removed leaves its name to others."""
    return f"{spec.name} {spec.created_at.isoformat()}"


def _name(spec: JobSpec) -> str:
    return f"{spec.name}/columns.json"
