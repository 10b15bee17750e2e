"""Deliveries: a document for each event on its way to a receiver, the newest job's first.

`deliveries/<target>/<event>.json` in the registry's container. It holds the event and every attempt
at it, and no secret.
"""

from collections.abc import Callable
from itertools import islice

from shared.domain.delivery import Delivery, DeliveryTarget, TargetKind
from shared.domain.errors import Conflict, PreconditionFailed
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.registry import CONTAINER, SUFFIX

FOLDER = "deliveries"


class Deliveries:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._documents = Documents(blobs, CONTAINER)

    def ensure(self, delivery: Delivery) -> Delivery:
        """Write it, unless it is there; returns what is there."""
        try:
            self._documents.create(_name(delivery.target, delivery.id), delivery.to_wire())
        except Conflict:
            return self.find(delivery.target, delivery.id) or delivery
        return delivery

    def find(self, target: DeliveryTarget, event: str) -> Delivery | None:
        document = self._documents.find(_name(target, event))
        return Delivery.from_wire(document.body) if document else None

    def change(
        self, target: DeliveryTarget, event: str, change: Callable[[Delivery], Delivery]
    ) -> Delivery:
        """Raises NotFound."""
        changed = self._documents.update(
            _name(target, event), lambda body: change(Delivery.from_wire(body)).to_wire()
        )
        return Delivery.from_wire(changed)

    def page(
        self, target: DeliveryTarget, *, after: str = "", size: int
    ) -> tuple[list[Delivery], str]:
        """At most `size`, newest first, and the id after which more follow; empty at the end."""
        start = _name(target, after) if after else ""
        prefix = f"{_folder(target)}/"
        names = self._documents.names(prefix, start_after=start, at_once=size + 1)
        found = list(islice(names, size + 1))
        documents = self._documents.find_all(found[:size])
        listed = [Delivery.from_wire(one.body) for one in documents if one]
        if len(found) <= size:
            return listed, ""
        return listed, found[size - 1].removeprefix(prefix).removesuffix(SUFFIX)

    def read(self, name: str) -> Delivery | None:
        """The one whose document has that name."""
        document = self._documents.find(name)
        return Delivery.from_wire(document.body) if document else None

    def forget(self, name: str, is_old: Callable[[Delivery], bool]) -> bool:
        """Delete the document of that name if it is old, and nobody changes it meanwhile."""
        document = self._documents.find(name)
        if document is None or not is_old(Delivery.from_wire(document.body)):
            return False
        try:
            self._documents.delete(name, if_match=document.etag)
        except PreconditionFailed:
            return False
        return True

    @staticmethod
    def event_of(name: str) -> str:
        """The event's id, of a document's name."""
        return name.rpartition("/")[2].removesuffix(SUFFIX)

    def erase(self, kind: TargetKind, endpoint: str, name: str = "") -> None:
        """Those of a webhook in all its lives, or of all of an endpoint's."""
        parts = [FOLDER, kind, endpoint.lower(), *([name] if name else []), ""]
        for one in list(self._documents.names("/".join(parts))):
            self._documents.delete(one)


def _folder(target: DeliveryTarget) -> str:
    return f"{FOLDER}/{target.path}"


def _name(target: DeliveryTarget, event: str) -> str:
    return f"{_folder(target)}/{event}{SUFFIX}"
