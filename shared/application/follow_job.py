"""Follow a job: find its document, and bring it up to date by its orchestration's custom status."""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.domain.errors import NotFound
from shared.domain.function_names import SCORE_JOB, SCORE_SHARD
from shared.domain.job import Job, JobState, JobStatus
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.task import EndResult
from shared.ports import Instance, Orchestrations
from shared.stores.job_signals import JobSignals
from shared.stores.jobs import Jobs
from shared.stores.registry import Registry


@dataclass(frozen=True)
class FollowJob:
    jobs: Jobs
    signals: JobSignals
    registry: Registry

    def of_run(self, run: str) -> tuple[Job, bool]:
        """The job of that name or with that child, and whether it is the child's.

        Raises NotFound.
        """
        job = self.jobs.of_run(run) or self.jobs.get(run)
        return job, job.spec.name != run

    def of_endpoint(self, endpoint: str, name: str) -> Job:
        """The endpoint's job of that name, which may have outlived it; raises NotFound."""
        job = self.jobs.find(name)
        if job is None:
            self.registry.endpoints.get(endpoint)
            job = self.jobs.get(name)
        if job.spec.endpoint.lower() != endpoint.lower():
            raise NotFound(
                f"Endpoint '{endpoint}' has no job '{name}'.",
                fix=f"It is a job of endpoint '{job.spec.endpoint}'.",
                target="job",
            )
        return job

    def refresh(self, job: Job, orchestrations: Orchestrations) -> Job:
        """The job as it is now. This may write to the store, though its caller only reads.

        If the job's orchestration ended without the document saying so - somebody terminated it
        through the Durable API, or the store lost the last write - the document is repaired. If a
        cancel was noted and its sign is not there, the sign is raised again.
        """
        if job.state.status.is_terminal:
            return job
        if job.cancel is not None and not self.signals.is_stopped(job.spec.name):
            self.signals.stop(job.spec.name)  # the store lost the sign
        instance = find_orchestration(job, orchestrations)
        if instance is None and job.state.status is JobStatus.NOT_STARTED:
            return job  # it is being started
        if instance is None or instance.ended:
            return self._repair(job, instance, orchestrations)
        state = _read_progress(instance, orchestrations)
        return job.model_copy(update={"state": job.state.followed_by(state)}) if state else job

    def _repair(self, job: Job, instance: Instance | None, orchestrations: Orchestrations) -> Job:
        """The job with the end that its document lacks."""
        found = self.jobs.find(job.spec.name)
        if found is not None and found.state.status.is_terminal:
            return found  # it ended between the two looks
        self.signals.stop(job.spec.name)  # its children may still be at work
        status, reason = _read_end(instance)
        reached = _read_progress(instance, orchestrations) if instance else None
        state = (job.state.followed_by(reached) if reached else job.state).model_copy(
            update={"status": status, "reason": reason, "ended_at": datetime.now(UTC)}
        )
        return job.model_copy(update={"state": self.jobs.advance(job.spec, state)})


def find_orchestration(job: Job, orchestrations: Orchestrations) -> Instance | None:
    """The job's own: an instance of its name that somebody else started does not count."""
    instance = orchestrations.find(job.spec.name)
    return instance if instance and instance.orchestrator == SCORE_JOB else None


def _read_progress(instance: Instance, orchestrations: Orchestrations) -> JobState | None:
    """How far the job is, with what its current shard has scored so far."""
    status = instance.custom_status
    if not status:
        return None
    tally = Tally.from_wire(status["tally"])
    shard = orchestrations.find(status["shard"]) if status["shard"] else None
    if shard and shard.orchestrator == SCORE_SHARD and shard.custom_status:
        tally = tally.plus(Tally.from_wire(shard.custom_status))
    return JobState(
        status=JobStatus(status["status"]),
        plan=Plan.from_wire(status["plan"]) if status["plan"] else None,
        tally=tally,
        scoring_since=status["scoring_since"],
    )


def _read_end(instance: Instance | None) -> tuple[JobStatus, str]:
    if instance is None:
        return JobStatus.CANCELED, "The job's orchestration was purged by the Durable API."
    if instance.ended == "Terminated":
        return JobStatus.CANCELED, "The job's orchestration was terminated by the Durable API."
    if instance.ended == "Completed" and instance.output:
        result = EndResult.from_wire(instance.output)
        return result.status or JobStatus.FAILED, result.reason
    return JobStatus.FAILED, f"The job's orchestration failed: {instance.failure or 'no message'}"
