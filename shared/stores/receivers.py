"""Receivers: whole addresses and secrets of webhooks, each in a document of its own.

`receivers/<kind>/<endpoint>/<name>/<life>.json` in the registry's container, and nowhere else.
"""

from collections.abc import Callable

from shared.domain.delivery import DeliveryTarget, TargetKind
from shared.domain.webhook import Receiver
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.registry import CONTAINER, SUFFIX

FOLDER = "receivers"


class Receivers:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._documents = Documents(blobs, CONTAINER)

    def find(self, target: DeliveryTarget) -> Receiver | None:
        document = self._documents.find(_name(target))
        return Receiver.from_wire(document.body) if document else None

    def put(self, target: DeliveryTarget, receiver: Receiver) -> None:
        self._documents.put(_name(target), receiver.to_wire())

    def change(self, target: DeliveryTarget, change: Callable[[Receiver], Receiver]) -> Receiver:
        """Raises NotFound."""
        changed = self._documents.update(
            _name(target), lambda body: change(Receiver.from_wire(body)).to_wire()
        )
        return Receiver.from_wire(changed)

    def erase(self, target: DeliveryTarget) -> None:
        self._documents.delete(_name(target))

    def erase_name(self, kind: TargetKind, endpoint: str, name: str) -> None:
        """Those of every life of that name."""
        self._erase(f"{FOLDER}/{kind}/{endpoint.lower()}/{name}/")

    def erase_endpoint(self, endpoint: str) -> None:
        """Those of its webhooks, and of its jobs."""
        for kind in (TargetKind.WEBHOOK, TargetKind.JOB):
            self._erase(f"{FOLDER}/{kind}/{endpoint.lower()}/")

    @staticmethod
    def target_of(name: str) -> DeliveryTarget:
        """Whose document it is that has this name."""
        kind, endpoint, owner, life = name.removesuffix(SUFFIX).split("/")[1:]
        return DeliveryTarget(kind=TargetKind(kind), endpoint=endpoint, name=owner, life=life)

    def _erase(self, prefix: str) -> None:
        for name in list(self._documents.names(prefix)):
            self._documents.delete(name)


def _name(target: DeliveryTarget) -> str:
    return f"{FOLDER}/{target.path}{SUFFIX}"
