"""Blob triggers: which function runs for which blobs, and how the host learns of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from devhost.app_settings import resolve
from devhost.triggers.blob_paths import BadBlobPath, BlobPath, parse_blob_path
from devhost.triggers.storage import connection_string
from devhost.worker.checks import Complaint
from devhost.worker.function import Function, FunctionKind
from devhost.worker.indexing import refuse

EVENT_GRID = "eventgrid"


@dataclass(frozen=True)
class BlobTrigger:
    """One function, and the blobs that run it."""

    function: Function
    path: BlobPath
    connection: str

    @property
    def is_told_by_event_grid(self) -> bool:
        """Else its container is polled."""
        source = self.function.trigger.get("source") or ""
        return str(getattr(source, "value", source)).lower() == EVENT_GRID


def find_blob_triggers(functions: Iterable[Function]) -> list[BlobTrigger]:
    """The app's blob triggers; AppRefused when a path or a connection makes no sense."""
    triggers, complaints = [], []
    for function in (one for one in functions if one.kind is FunctionKind.BLOB):
        try:
            triggers.append(_trigger(function))
        except BadBlobPath as error:
            complaints.append(_bad_path(function, error))
    refuse(complaints)
    return triggers


def _trigger(function: Function) -> BlobTrigger:
    where = f"The blob trigger '{function.name}'"
    path = parse_blob_path(resolve(str(function.trigger["path"]), where=where))
    connection = str(function.trigger.get("connection") or "AzureWebJobsStorage")
    return BlobTrigger(function, path, connection_string(connection, where=where))


def _bad_path(function: Function, error: BadBlobPath) -> Complaint:
    return Complaint(
        function.name,
        f"its path '{function.trigger['path']}' cannot be read: {error}.",
        "Write it as 'container/{name}' or 'container/folder/{name}.{ext}'.",
    )
