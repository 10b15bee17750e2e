"""Put a schedule: what can be checked now is checked now, with the next job as an example."""

from dataclasses import dataclass

from shared.application.write import Write
from shared.domain.deployment import BatchSettings
from shared.domain.errors import InvalidRequest, found_for
from shared.domain.schedule import Schedule, ScheduledInvocation
from shared.domain.template import render, values_of
from shared.ports import DueTimes
from shared.schemas.arm_schedules import DEFINITION, SOURCE_JOB, repeated
from shared.schemas.invocation import read_invocation
from shared.schemas.trial import refuse_trial
from shared.stores.jobs import Jobs
from shared.stores.registry import Registry, Stored


@dataclass(frozen=True)
class PutSchedule:
    registry: Registry
    jobs: Jobs
    due_times: DueTimes

    def __call__(
        self, requested: Schedule, source_job: str, write: Write, *, keeps_state: bool
    ) -> tuple[Stored[Schedule], bool]:
        """The schedule, and whether it is new. `source_job` is the job to repeat, if there is one.

        With `keeps_state` a schedule that is there stays as it is: on or off.
        """
        self.due_times.check(requested.trigger)
        invocation = self._repeat(source_job) if source_job else requested.invocation
        schedule = requested.model_copy(update={"invocation": invocation})
        self._check(schedule)

        def merge(old: Schedule, new: Schedule) -> Schedule:
            is_enabled = old.is_enabled if keeps_state else new.is_enabled
            return new.model_copy(update={"is_enabled": is_enabled}).replacing(old)

        return self.registry.schedules.save(
            schedule,
            schedule.name,
            by=write.by,
            merge=merge,
            if_match=write.if_match,
            if_absent=write.if_absent,
        )

    def _repeat(self, source_job: str) -> ScheduledInvocation:
        with found_for(SOURCE_JOB):
            spec = self.jobs.get(source_job).spec
        if spec.sample is not None:
            raise InvalidRequest(
                f"Job '{source_job}' scored a sample, and a schedule's jobs score the whole input.",
                fix="Name a job that scored the whole input, or say by "
                "endpointInvocationDefinition what to invoke.",
                target=SOURCE_JOB,
            )
        return repeated(spec)

    def _check(self, schedule: Schedule) -> None:
        """Raise NotFound or InvalidRequest for an invocation that would be refused."""
        invocation = schedule.invocation
        local = self.due_times.local(schedule.trigger, schedule.since)
        values = values_of(schedule.job_name(schedule.since), local, invocation.endpoint)
        body = render(invocation.body, values, target=f"{DEFINITION}.properties")
        read = read_invocation({"properties": body}, self._settings(invocation))
        refuse_trial(read.trial, "schedules")

    def _settings(self, invocation: ScheduledInvocation) -> BatchSettings:
        with found_for(f"{DEFINITION}.endpointName"):
            endpoint = self.registry.endpoints.get(invocation.endpoint).resource
        with found_for(f"{DEFINITION}.deploymentName"):
            chosen = endpoint.choose(invocation.deployment)
            return self.registry.deployment(endpoint, chosen).resource.settings
