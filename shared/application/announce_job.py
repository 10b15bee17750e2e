"""Announce a job's start or end to whoever wants to hear of it: an orchestration for each.

1. A job that somebody wants to hear of is noted before it starts.
2. What is to be told is written as a delivery, under a name that follows from job, event and
   receiver; then the delivery's orchestration is started, under a name that follows from these.
   Whoever announces again meets both.
3. The note goes once the job's end was announced. Until then a sweep looks at the job, for an end
   that came without a word - it was terminated by the Durable API, say - and for what a kill cut
   off.

Announcing never fails a job: what cannot be announced now is left to the sweep.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.application.find_webhook import target_of, target_of_job
from shared.application.starting import ensure_started
from shared.domain.delivery import Delivery, DeliveryTarget, TargetKind
from shared.domain.function_names import DELIVER_EVENT
from shared.domain.job import Job, JobSpec, JobState, JobStatus
from shared.domain.job_event import ENDS, EventAddresses, job_event
from shared.domain.plan import Plan
from shared.domain.webhook import JobEventKind, shown_url, wants
from shared.ports import Orchestrations
from shared.stores.announcements import Announcement, Announcements
from shared.stores.deliveries import Deliveries
from shared.stores.jobs import Jobs
from shared.stores.receivers import Receivers
from shared.stores.registry import Registry

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AnnounceJob:
    registry: Registry
    jobs: Jobs
    receivers: Receivers
    deliveries: Deliveries
    announcements: Announcements
    addresses: EventAddresses
    has_topic: bool = False
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def note(self, spec: JobSpec) -> None:
        """Before a job starts: note it, if anybody wants to hear of it."""
        if self._is_of_interest(spec):
            note = Announcement(job=spec.name, endpoint=spec.endpoint, at=self.clock())
            self.announcements.put(note)

    def start(self, name: str, plan: Plan, orchestrations: Orchestrations) -> None:
        """A job was planned, and its scoring begins."""
        if not plan.files or plan.problem or plan.is_canceled:
            return
        with _left_to_the_sweep(name):
            spec = self.jobs.spec(name)
            job = Job(spec=spec, state=JobState(status=JobStatus.RUNNING, plan=plan))
            self._tell(job, JobEventKind.STARTED, self.clock(), orchestrations)

    def end(self, name: str, orchestrations: Orchestrations) -> None:
        """A job's document has its end."""
        with _left_to_the_sweep(name):
            job = self.jobs.find(name)
            if job is not None and job.state.status.is_terminal:
                self.tell_end(job, orchestrations)

    def tell_end(self, job: Job, orchestrations: Orchestrations) -> None:
        """And the start, if that was missed. Raises what the store and the task hub raise."""
        if not self._is_of_interest(job.spec):
            return
        self.tell_missed_start(job, orchestrations)
        at = job.state.ended_at or self.clock()
        self._tell(job, ENDS[job.state.status], at, orchestrations)
        self.announcements.remove(job.spec.name)

    def tell_missed_start(self, job: Job, orchestrations: Orchestrations) -> None:
        """Of a job that was planned; most often it was told. Raises as `tell_end` does."""
        state = job.state
        if state.plan is None or not state.plan.files:
            return
        running = JobState(status=JobStatus.RUNNING, plan=state.plan)
        told = job.model_copy(update={"state": running})
        at = state.scoring_since or self.clock()
        self._tell(told, JobEventKind.STARTED, at, orchestrations)

    def _tell(
        self, job: Job, kind: JobEventKind, at: datetime, orchestrations: Orchestrations
    ) -> None:
        for target, url in self._targets(job.spec, kind):
            event = job_event(job, kind, at, self.addresses)
            planned = Delivery(target=target, event=event, created_at=self.clock(), url=url)
            delivery = self.deliveries.ensure(planned)
            if not delivery.is_over:
                task = delivery.task
                ensure_started(orchestrations, DELIVER_EVENT, task.instance, task.to_wire())

    def _targets(self, spec: JobSpec, kind: JobEventKind) -> Iterator[tuple[DeliveryTarget, str]]:
        """Of starts a webhook hears only if it was there when the job was invoked."""
        is_start = kind is JobEventKind.STARTED
        for entry in self.registry.webhooks.every(spec.endpoint):
            is_late = is_start and entry.written.created_at > spec.created_at
            if entry.resource.is_wanted(kind) and not is_late:
                yield target_of(entry.resource), entry.resource.url
        if spec.webhook:
            target = target_of_job(spec)
            receiver = self.receivers.find(target)
            if receiver is not None and wants(receiver.events, kind):
                yield target, shown_url(receiver.url)
        if self.has_topic:
            yield DeliveryTarget(kind=TargetKind.TOPIC), ""

    def _is_of_interest(self, spec: JobSpec) -> bool:
        names = self.registry.webhooks.names
        return self.has_topic or bool(spec.webhook) or bool(names(spec.endpoint))


@contextmanager
def _left_to_the_sweep(job: str) -> Iterator[None]:
    try:
        yield
    except Exception:  # whatever it is: no job fails because it could not be told of
        log.warning("job=%s is announced later", job, exc_info=True)
