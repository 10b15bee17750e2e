"""A house to keep: jobs that really ran, in memory, and a clock that is turned by hand."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shared.adapters.memory_blobs import MemoryBlobs
from shared.application.keep_house import KeepHouse, Looked
from shared.domain.asset import DataType
from shared.domain.housekeeping import Finding
from shared.domain.job import JobInput, JobSpec
from shared.domain.resolved_deployment import Location
from shared.histories import Purged
from shared.housekeeping import keep_house
from shared.housekeeping_settings import RemovedJobs
from shared.services import Services
from tests.support.orchestrations import Orchestrations
from tests.support.services_in_memory import run_job, services_in_memory, upload
from tests.support.specs import CONTAINER, a_spec

DAY = timedelta(days=1)
FOREVER_S = 3600.0


@dataclasses.dataclass
class Hub(Orchestrations):
    """A hub that keeps what has ended until it is purged."""

    def purge_ended(self, since: datetime | None, until: datetime, limit_s: float) -> Purged:
        gone = self._ended(since, until)
        for name in gone:
            del self.instances[name]
        return Purged(len(gone), is_all=True)

    def count_ended(self, since: datetime | None, until: datetime) -> int:
        return len(self._ended(since, until))

    def _ended(self, since: datetime | None, until: datetime) -> list[str]:
        return [
            name
            for name, one in self.instances.items()
            if one.ended and (since is None or one.created_at >= since) and one.created_at < until
        ]


class House:
    """`late` turns the clock; `settings` are the service's."""

    def __init__(self, scratch: Path, blobs: MemoryBlobs | None = None, **settings: Any) -> None:
        nothing: dict[str, Any] = {"part_days": 0, "history_days": 0, "scratch_days": 0}
        made = services_in_memory(scratch, blobs, **{**nothing, **settings})
        self.services: Services = made[0]
        self.blobs = made[1]
        scripted: Any = self.services.scorers
        scripted.sweep = _nothing_on_disk
        self.late = timedelta()
        self.hub = Hub(self.services)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.late

    def job(self, name: str, source: str = "in", **more: Any) -> JobSpec:
        """A job of two files that ran to its end, today; its input is a folder of the store."""
        if source == "in":
            upload(self.blobs, ["1", "2"])
        created = self.now()
        child = f"00000000-0000-0000-0000-{abs(hash(name)) % 10**12:012d}"
        spec = a_spec(name).model_copy(
            update={
                "created_at": created,
                "child": child,
                "input": input_of(source),
                "output": a_spec(name).output.model_copy(update={"location": output_of(name)}),
                **more,
            }
        )
        run_job(spec, self.services)
        self._date(name, created)
        return spec

    def _date(self, name: str, at: datetime) -> None:
        """Its end is when the clock says; activities have clocks of their own."""
        documents = self.services.jobs._documents
        body = documents.read(f"{name}/job.json").body
        body["state"]["ended_at"] = at.isoformat()
        documents.put(f"{name}/job.json", body)

    @property
    def keep(self) -> KeepHouse:
        return dataclasses.replace(keep_house(self.services), clock=self.now)

    def walk(self) -> list[Finding]:
        """All looks of one walk that begins now."""
        found = list[Finding]()
        while True:
            looked: Looked = self.keep(self.hub, limit_s=FOREVER_S, now=True)
            assert not looked.is_busy
            found += looked.found
            if looked.position is None:
                return found

    def preview(self) -> list[Finding]:
        found, position = list[Finding](), None
        while True:
            looked = self.keep.dry(self.hub, position, limit_s=FOREVER_S)
            found += looked.found
            if looked.position is None:
                return found
            position = looked.position

    def names(self, prefix: str = "", container: str = "batch-jobs") -> list[str]:
        return list(self.blobs.list_names(container, prefix))

    def content(self) -> dict[str, list[str]]:
        """Every blob, but what housekeeping notes for itself."""
        return {
            one: [
                name for name in self.names(container=one) if not name.startswith("housekeeping/")
            ]
            for one in ("batch-registry", "batch-jobs", "batch-index", "azureml", CONTAINER)
        }


def _nothing_on_disk(*, is_dry: bool) -> list[tuple[str, int]]:  # nothing to do
    return []


def input_of(folder: str) -> JobInput:
    return JobInput(
        name="input",
        type=DataType.URI_FOLDER,
        uri=f"azureml://datastores/workspaceblobstore/paths/{folder}",
        location=Location(container=CONTAINER, path=folder),
    )


def output_of(job: str) -> Location:
    return Location(container=CONTAINER, path=f"out/{job}/score.csv")


REMOVED = RemovedJobs.REMOVED
