"""An endpoint with webhooks, in memory: a clock that is turned by hand, and real receivers."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from orchestrators import deliver_event
from shared.adapters.memory_blobs import MemoryBlobs
from shared.api.http import Response
from shared.api.routes import UNBOUND
from shared.application.announce_job import AnnounceJob
from shared.application.deliver_event import DeliverEvent
from shared.domain.delivery import AttemptTask, Delivery, DeliveryTask
from shared.domain.job import Job, JobState, JobStatus
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.elsewhere_settings import PrivateAddresses
from shared.services import Services, build
from shared.settings import Settings
from tests.support.client import Client
from tests.support.rehearsal import Rehearsal, play, undecorated
from tests.support.requests import http_request
from tests.support.services_in_memory import ACCOUNT_URL, SIGNER, services_in_memory
from tests.support.specs import a_spec
from tests.support.watched import Started
from triggers import webhooks

DELIVER = undecorated(deliver_event.deliver_event)
PLAN = Plan(files=3, minibatches=2, shards=1, key="k")


class Hooked:
    """An endpoint `wine`, with jobs that are only documents."""

    def __init__(self, scratch: Path, blobs: MemoryBlobs | None = None, **settings: Any) -> None:
        plain, self.blobs, _ = services_in_memory(scratch, blobs)
        given: dict[str, Any] = {
            "private_addresses": PrivateAddresses.ALLOWED,
            "webhook_timeout_s": 1,
        }
        own = Settings(scratch_folder=scratch, public_url="https://batch", **(given | settings))
        wired = build(own, self.blobs, ACCOUNT_URL, SIGNER)
        wired.scorers.close()
        self.services: Services = dataclasses.replace(
            plain, settings=own, callbacks=wired.callbacks, jobs=wired.jobs
        )
        self.late = timedelta()
        self.hub = Started()
        self.client = Client(self.services)
        self.client.put_endpoint()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.late

    def put(self, name: str, url: str, **properties: Any) -> Response:
        request = http_request(
            {"properties": {"url": url, **properties}}, endpoint="wine", webhook=name
        )
        return webhooks.put_webhook(request, self.services, UNBOUND)

    def secret(self, name: str, url: str, **properties: Any) -> str:
        """Puts it; returns the secret that was made."""
        return str(self.put(name, url, **properties).body["properties"]["secret"])

    def show(self, name: str) -> Any:
        request = http_request(endpoint="wine", webhook=name)
        return webhooks.get_webhook(request, self.services, UNBOUND).body["properties"]

    def job(self, name: str = "job-1", status: JobStatus | None = None, **more: Any) -> Job:
        """A job that was noted, and ended so."""
        known = {"endpoint": "wine", "created_at": self.now()} | more
        spec = a_spec(name).model_copy(update=known)
        self.announce.note(spec)
        self.services.jobs.create(spec)
        if status is not None:
            self.end(name, status)
        return self.services.jobs.get(name)

    def end(self, name: str, status: JobStatus = JobStatus.COMPLETED, reason: str = "") -> None:
        state = JobState(
            status=status,
            reason=reason,
            plan=PLAN,
            tally=Tally(files=3, failed_files=1, minibatches=2, rows=7),
            ended_at=self.now(),
            is_reported=True,
        )
        self.services.jobs.advance(self.services.jobs.get(name).spec, state)

    @property
    def announce(self) -> AnnounceJob:
        return dataclasses.replace(self.services.callbacks.announce, clock=self.now)

    @property
    def deliver(self) -> DeliverEvent:
        """What a host would do now: each use is another host's."""
        return dataclasses.replace(self.services.callbacks.deliver, clock=self.now)

    def deliveries(self) -> list[Delivery]:
        """All of them, of everybody."""
        documents = self.services.callbacks.deliveries._documents
        names = list(documents.names("deliveries/"))
        return [Delivery.from_wire(documents.read(name).body) for name in names]

    def play(self, task: DeliveryTask, *, until_s: float = 90_000) -> Any:
        """The delivery's orchestration; its timers turn the clock."""
        start = self.late

        def rest(seconds: float) -> None:
            self.late += timedelta(seconds=seconds)
            assert self.late - start < timedelta(seconds=until_s)
            self.on_rest()

        def attempt(given: Any) -> Any:
            return self.deliver(AttemptTask.from_wire(given)).to_wire()

        rehearsal = Rehearsal(activities={"attempt_delivery": attempt, "timer": rest})
        return play(DELIVER, rehearsal, task.to_wire(), task.instance)

    def play_all(self) -> None:
        for delivery in self.deliveries():
            if not delivery.is_over:
                self.play(delivery.task)

    def on_rest(self) -> None:
        """What happens while an orchestration waits; a test puts its own here."""
