"""Run schedules: make the job of every due time that has come, exactly one each.

1. A timer has all schedules looked at; who looks, when and how often makes no difference.
2. Due times are those after the last that was looked at, or after the schedule was put or enabled.
3. A due time's job is named after it, and its request id says so: whoever makes it again, after a
   kill or on another host, meets the one that is there.
4. Then, and only then, the schedule's progress passes the due time.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from shared.application.start_job import start_job
from shared.application.submit_job import JobRequest, SubmitJob
from shared.domain.caller import Author
from shared.domain.due_times import choose_due
from shared.domain.errors import LASTING, BatchError, lasting_reason
from shared.domain.job import Change, Job, Labels
from shared.domain.message import JSON
from shared.domain.schedule import (
    Schedule,
    ScheduledInvocation,
    ScheduleProgress,
    ScheduleRun,
)
from shared.domain.template import render, values_of
from shared.ports import DueTimes, Orchestrations
from shared.schemas.arm_schedules import DEFINITION, read_display_name
from shared.schemas.fields import Fields
from shared.stores.jobs import Jobs
from shared.stores.registry import Registry, Stored
from shared.stores.schedule_progress import ScheduleProgresses

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunSchedules:
    registry: Registry
    jobs: Jobs
    progresses: ScheduleProgresses
    due_times: DueTimes
    submit_job: SubmitJob

    def __call__(self, now: datetime, orchestrations: Orchestrations) -> None:
        """Look at every schedule; one that cannot be looked at now is looked at next time."""
        for entry in self.registry.schedules.iterate(levels=1):
            if not entry.resource.is_enabled:
                continue
            try:
                self._look_at(entry, now, orchestrations)
            except (BatchError, *LASTING) as error:
                log.warning("schedule=%s is looked at again: %s", entry.resource.name, error)

    def next_due(self, schedule: Schedule, now: datetime) -> datetime | None:
        """When it is due next; None if it never is."""
        after = max(schedule.before_first, now)
        times = self.due_times.after(schedule.trigger, schedule.since, after)
        return next(times, None) if schedule.is_enabled else None

    def make_job(
        self, entry: Stored[Schedule], due: datetime, orchestrations: Orchestrations
    ) -> Job:
        """The one job of a due time, started; raises what submitting a job raises."""
        schedule, author = entry.resource, _author(entry)
        request_id = f"schedule {schedule.name} {due.isoformat()}"
        name = schedule.job_name(due)
        body = self._body(schedule, name, due)
        job = self.jobs.of_request(name, request_id)
        if job is None:
            request = _request(schedule.invocation, request_id, body, author)
            job = self.submit_job(request, orchestrations)
        else:
            start_job(job, self.jobs, orchestrations)
        if text := read_display_name(Fields.of(body)):
            self._label(name, text, Change.of(author, due))
        return job

    def _look_at(
        self, entry: Stored[Schedule], now: datetime, orchestrations: Orchestrations
    ) -> None:
        schedule = entry.resource
        progress = self.progresses.find(schedule.name)
        last = schedule.before_first
        if progress:
            last = max(last, progress.until)
        times = self.due_times.after(schedule.trigger, schedule.since, last)
        chosen = choose_due(times, now, schedule.catchup)
        if not chosen.is_changed:
            return
        run = None
        for due in chosen.due:
            run = self._run(entry, due, orchestrations)
            self._advance(schedule, due, run)
        self._advance(schedule, chosen.until, run)

    def _run(
        self, entry: Stored[Schedule], due: datetime, orchestrations: Orchestrations
    ) -> ScheduleRun:
        """What is refused for good is the due time's result; what may pass is raised."""
        name = entry.resource.job_name(due)
        try:
            self.make_job(entry, due, orchestrations)
        except (BatchError, *LASTING) as error:
            reason = lasting_reason(error)
            if not reason:
                raise
            log.warning("schedule=%s due=%s made no job: %s", entry.resource.name, due, reason)
            return ScheduleRun(due=due, job="", error=reason)
        log.info("schedule=%s due=%s job=%s", entry.resource.name, due, name)
        return ScheduleRun(due=due, job=name)

    def _advance(self, schedule: Schedule, until: datetime, run: ScheduleRun | None) -> None:
        self.progresses.advance(schedule.name, ScheduleProgress(until=until, last_run=run))

    def _body(self, schedule: Schedule, name: str, due: datetime) -> dict[str, JSON]:
        local = self.due_times.local(schedule.trigger, due)
        target = f"{DEFINITION}.properties"
        values = values_of(name, local, schedule.invocation.endpoint)
        body = render(schedule.invocation.body, values, target=target)
        return {**body, "name": name}

    def _label(self, job: str, text: str, change: Change) -> None:
        """A name that people gave it meanwhile stays."""

        def label(labels: Labels) -> Labels:
            if labels.display_name:
                return labels
            return labels.model_copy(update={"display_name": text}).signed(change)

        self.jobs.label(job, label)


def _author(entry: Stored[Schedule]) -> Author:
    """Who put the schedule last: its jobs are theirs."""
    written = entry.written
    return Author(name=written.last_modified_by, type=written.last_modified_by_type)


def _request(
    invocation: ScheduledInvocation, request_id: str, body: dict[str, JSON], by: Author
) -> JobRequest:
    return JobRequest(
        endpoint=invocation.endpoint,
        deployment=invocation.deployment,
        request_id=request_id,
        content=request_id.encode(),  # it says it all, whatever was changed meanwhile
        by=by,
        body={"properties": body},
    )
