"""A watched folder in memory: a clock that is turned by hand, and hosts that gather from it."""

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shared.adapters.memory_blobs import MemoryBlobs
from shared.application.gather_uploads import GatherUploads
from shared.application.write import Write
from shared.domain.caller import Author
from shared.domain.errors import Conflict
from shared.domain.message import JSON
from shared.domain.upload_batch import UploadBatch
from shared.domain.watch import GatherRules, UploadSource, Watch
from shared.ports import Instance
from shared.services import Services
from tests.support.client import Client
from tests.support.services_in_memory import services_in_memory

CONTAINER, FOLDER = "azureml-blobstore", "cellar"


@dataclass
class Started:
    """A task hub that only remembers what was started, and how often."""

    instances: dict[str, Instance] = field(default_factory=dict[str, Instance])
    starts: list[str] = field(default_factory=list[str])

    def start(self, orchestrator: str, instance: str, payload: JSON) -> None:
        found = self.instances.get(instance)
        if found is not None and not found.ended:
            raise Conflict("It is under way.", fix="Follow it.")
        self.starts.append(instance)
        now = datetime.now(UTC)
        self.instances[instance] = Instance("", "Running", None, None, "", orchestrator, now, now)

    def resume(self, instance: str, reason: str) -> None:
        raise AssertionError(f"nobody suspends {instance}, so {reason!r} resumes nothing")

    def find(self, instance: str) -> Instance | None:
        return self.instances.get(instance)

    def end(self, instance: str, output: JSON = None) -> None:
        ended = dataclasses.replace(self.instances[instance], ended="Completed", output=output)
        self.instances[instance] = ended

    def management_urls(self, instance: str) -> dict[str, str]:
        return {"id": instance}


class Watched:
    """An endpoint `wine` with a deployment, a watch of `cellar`, and all that was accepted."""

    def __init__(self, scratch: Path, blobs: MemoryBlobs | None = None, **rules: Any) -> None:
        self.start = datetime.now(UTC).replace(microsecond=0)
        self.late = timedelta()
        self.blobs = blobs or MemoryBlobs(clock=self.now)
        self.services: Services = services_in_memory(scratch, self.blobs)[0]
        self.blobs.ensure_container("batch-inbox")
        self.hub = Started()
        client = Client(self.services)
        client.put_model()
        client.put_endpoint()
        client.put_deployment("main")
        client.set_default("main")
        self.watch = self.put_watch(rules=GatherRules(**rules))

    def put_watch(self, name: str = "cellar", folder: str = FOLDER, **more: Any) -> Watch:
        source = UploadSource(datastore="workspaceblobstore", folder=folder)
        watch = Watch.from_wire({"name": name, "endpoint": "wine", "source": source} | more)
        endpoint = self.services.registry.endpoints.get("wine").resource
        entry, _ = self.services.put_watch(endpoint, watch, Write(by=Author(name="ada")))
        return entry.resource

    def upload(self, name: str, content: bytes = b"x", folder: str = FOLDER, **more: Any) -> str:
        return self.blobs.write(CONTAINER, f"{folder}/{name}", content, **more)

    def delete(self, name: str) -> None:
        self.blobs.delete(CONTAINER, f"{FOLDER}/{name}")

    @property
    def gather(self) -> GatherUploads:
        """What a host would do now: each use is another host's, for it has nothing in mind."""
        own = self.services.gather_uploads
        return dataclasses.replace(own, clock=self.now)

    def now(self) -> datetime:
        """The clock of the hosts and, unless it has its own, of the store."""
        return self.start + self.late

    def wait(self, seconds: float) -> None:
        self.late += timedelta(seconds=seconds)

    def gather_once(self, watch: Watch | None = None) -> Any:
        return self.gather((watch or self.watch).task, self.hub)

    def obstacle(self, problem: str) -> str:
        """What is told of the watch once its orchestration has ended with that problem."""
        task = self.watch.task
        if self.hub.find(task.instance) is None:
            self.hub.start("gather_uploads", task.instance, task.to_wire())
        self.hub.end(task.instance, {"problem": problem})
        return self.gather.obstacle(self.watch, self.gather.look(self.watch), self.hub)

    def batches(self, watch: Watch | None = None) -> list[UploadBatch]:
        task, found = (watch or self.watch).task, list[UploadBatch]()
        while batch := self.services.upload_records.find(task, len(found)):
            found.append(batch)
        return found

    def versions(self) -> list[tuple[str, str]]:
        """Every accepted version, in the order of the batches."""
        return [(one.name, one.etag) for batch in self.batches() for one in batch.versions]

    def names(self) -> list[list[str]]:
        """The base names of each batch."""
        return [[one.base_name for one in batch.files] for batch in self.batches()]

    def job_names(self) -> list[str]:
        """The jobs that were started of the watch, in order."""
        return [name for name in self.hub.starts if name.startswith("wine-cellar-")]
