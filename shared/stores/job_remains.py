"""What lies in the store of one job, told apart by the rule that removes it.

    <job>/parts, outcomes, side, ends, stop     intermediate files, which the output was made of
    <job>/plan of another planning              late twins' plans: nobody reads them
    <job>/logs, user_logs, story.json           logs, and their copies where clients download them
    all else                                    document, plan, receipt, errors, sheets: the job

Files that are deleted twice, or by two hosts at once, are gone all the same.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import batched

from shared.domain.cleared import JobRemains
from shared.domain.datastore import ARTIFACT_CONTAINER
from shared.domain.errors import NotFound, PreconditionFailed
from shared.domain.job import JobSpec
from shared.domain.partial_rows import partial_location
from shared.domain.resolved_deployment import Location
from shared.ports import BlobItem, Blobs
from shared.stores.job_names import name_of
from shared.stores.jobs import CONTAINER
from shared.stores.published import OWNER
from shared.stores.reports import RECEIPT

PARTS = {"parts", "rows", "outcomes", "side", "ends", "stop"}
LOGS = {"logs", "user_logs", "story.json"}
AT_ONCE = 64

type Placed = tuple[str, BlobItem]


@dataclass(frozen=True)
class Cleaned:
    """How much went, and whether that is all."""

    count: int = 0
    bytes: int = 0
    is_all: bool = True


class JobRemainsStore:
    """Thread-safe. `deleters` runs many small deletions side by side."""

    def __init__(self, blobs: Blobs, deleters: Executor) -> None:
        self._blobs = blobs
        self._deleters = deleters

    def measure(self, spec: JobSpec, what: JobRemains, plan_key: str) -> Cleaned:
        """How much there is of it."""
        found = list(self._list(spec, what, plan_key))
        return Cleaned(len(found), sum(item.size for _, item in found))

    def remove(
        self, spec: JobSpec, what: JobRemains, plan_key: str, is_late: Callable[[], bool]
    ) -> Cleaned:
        """Delete it, until `is_late` says so; who goes on begins anew with what is left."""
        return self._delete(self._list(spec, what, plan_key), is_late)

    def measure_published(self, spec: JobSpec) -> Cleaned:
        found = list(self._published(spec))
        return Cleaned(len(found), sum(item.size for _, item in found))

    def remove_published(self, spec: JobSpec, is_late: Callable[[], bool]) -> Cleaned:
        """Delete predictions and what scripts wrote beside them: what bears this job's name."""
        return self._delete(self._published(spec), is_late)

    def _list(self, spec: JobSpec, what: JobRemains, plan_key: str) -> Iterator[Placed]:
        """The receipt comes first of all, for it names the rest."""
        prefix = f"{spec.name}/"
        if what is JobRemains.JOBS:
            yield from self._one(CONTAINER, f"{prefix}{RECEIPT}")
        for item in self._blobs.list_blobs(CONTAINER, prefix):
            if _is_of(item.name.removeprefix(prefix), what, plan_key):
                yield CONTAINER, item
        if what is not JobRemains.PARTS:
            copies = f"ExperimentRun/dcid.{spec.child}/"
            for item in self._blobs.list_blobs(ARTIFACT_CONTAINER, copies):
                yield ARTIFACT_CONTAINER, item

    def _one(self, container: str, name: str) -> Iterator[Placed]:
        try:
            head = self._blobs.head(container, name)
        except NotFound:
            return
        yield container, BlobItem(name, head.etag, head.size)

    def _published(self, spec: JobSpec) -> Iterator[Placed]:
        """Rows that were kept beside a folder of predictions are not in it."""
        place = folder_of(spec)
        folder = f"{place.path}/" if place.path else ""
        beside = partial_location(spec.output, spec.name, "").path
        for prefix in (folder,) if beside.startswith(folder) else (folder, beside):
            try:
                listed = list(self._blobs.list_blobs(place.container, prefix))
            except NotFound:  # its container was deleted
                return
            for item in listed:
                if item.metadata.get(OWNER) == spec.name:
                    yield place.container, item

    def _delete(self, found: Iterable[Placed], is_late: Callable[[], bool]) -> Cleaned:
        count, size = 0, 0
        for some in batched(found, AT_ONCE, strict=False):
            if is_late():
                return Cleaned(count, size, is_all=False)
            list(self._deleters.map(self._delete_one, some))
            count, size = count + len(some), size + sum(item.size for _, item in some)
        return Cleaned(count, size)

    def _delete_one(self, placed: Placed) -> None:
        """What was written anew since it was listed is met again."""
        container, item = placed
        try:
            self._blobs.delete(container, item.name, if_match=item.etag)
        except PreconditionFailed:
            return


def folder_of(spec: JobSpec) -> Location:
    """The folder that predictions, and what scripts wrote beside them, are published in."""
    output = spec.output.location
    return Location(container=output.container, path=output.path.rpartition("/")[0])


def _is_of(name: str, what: JobRemains, plan_key: str) -> bool:
    if what is JobRemains.JOBS:
        return f"/{name}" != name_of("") and name != RECEIPT
    first, _, rest = name.partition("/")
    if what is JobRemains.LOGS:
        return first in LOGS
    is_other_plan = first == "plan" and not rest.startswith((f"{plan_key}/", f"{plan_key}.json"))
    return first in PARTS or (bool(plan_key) and is_other_plan)
