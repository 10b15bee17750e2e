"""Follow a job: find its document, and bring it up to date by its orchestration's custom status."""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.application.announce_job import AnnounceJob
from shared.application.starting import find_instance
from shared.domain.custom_status import CustomStatus
from shared.domain.errors import NotFound
from shared.domain.function_names import SCORE_JOB, SCORE_SHARD
from shared.domain.job import Job, JobState, JobStatus, Suspension
from shared.domain.message import LONGEST_REASON
from shared.domain.minibatch import Span
from shared.domain.redaction import redacted_text
from shared.domain.task import EndResult, ShardStatus
from shared.ports import Instance, Orchestrations
from shared.stores.job_signals import JobSignals
from shared.stores.jobs import Jobs
from shared.stores.registry import Registry

RESUMED = "The job is canceled: it has to run to come to its end."


@dataclass(frozen=True)
class FollowJob:
    jobs: Jobs
    signals: JobSignals
    registry: Registry
    announce: AnnounceJob

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
        return self.look(job, orchestrations)[0]

    def look(self, job: Job, orchestrations: Orchestrations) -> tuple[Job, list[Span]]:
        """The same, and the mini-batches that are handed out now."""
        if job.state.status.is_terminal:
            return job, []
        if job.cancel is not None and not self.signals.is_stopped(job.spec.name):
            self.signals.stop(job.spec.name)  # the store lost the sign
        instance = find_instance(orchestrations, SCORE_JOB, job.spec.instance)
        if instance is None and job.state.status is JobStatus.NOT_STARTED:
            return job, []  # it is being started
        if instance is None or instance.ended:
            return self._repair(job, instance, orchestrations), []
        if instance.is_suspended and job.cancel is not None:
            orchestrations.resume(job.spec.instance, RESUMED)  # it was suspended after that
        state, running = _read_progress(job.state, instance, orchestrations)
        update = {"state": job.state.followed_by(state), "suspension": _read_suspension(instance)}
        return job.model_copy(update=update), running

    def _repair(self, job: Job, instance: Instance | None, orchestrations: Orchestrations) -> Job:
        """The job with the end that its document lacks."""
        found = self.jobs.find(job.spec.name)
        if found is not None and found.state.status.is_terminal:
            return found  # it ended between the two looks
        self.signals.stop(job.spec.name)  # its children may still be at work
        status, reason = _read_end(instance)
        known = job.state
        reached = _read_progress(known, instance, orchestrations)[0] if instance else known
        # what was reached is no end by itself: of one, followed_by would take lower counts
        reached = reached.model_copy(update={"status": known.status})
        state = known.followed_by(reached).model_copy(
            update={"status": status, "reason": reason, "ended_at": datetime.now(UTC)}
        )
        repaired = job.model_copy(update={"state": self.jobs.advance(job.spec, state)})
        self.announce.end(job.spec.name, orchestrations)
        return repaired


def _read_progress(
    known: JobState, instance: Instance, orchestrations: Orchestrations
) -> tuple[JobState, list[Span]]:
    """How far the job is, with what its current shard has scored so far, and what it scores now.

    What the orchestration does not say is as it is `known`.
    """
    running = list[Span]()
    told = CustomStatus.from_wire(instance.custom_status) if instance.custom_status else None
    if told is None or told.tally is None:
        return known, running
    tally = told.tally
    shard = find_instance(orchestrations, SCORE_SHARD, told.shard) if told.shard else None
    if shard and shard.custom_status:
        current = ShardStatus.from_wire(shard.custom_status)
        tally, running = tally.plus(current), current.running
    state = JobState(
        status=told.status,
        plan=told.plan or known.plan,
        tally=tally,
        scoring_since=told.scoring_since or known.scoring_since,
    )
    return state, running


def _read_suspension(instance: Instance) -> Suspension | None:
    """The output of a suspended orchestration is the reason that somebody gave."""
    if not instance.is_suspended:
        return None
    lines = str(instance.output or "").split("\n", 1)
    return Suspension(since=instance.changed_at, reason=redacted_text(lines[0][:LONGEST_REASON]))


def _read_end(instance: Instance | None) -> tuple[JobStatus, str]:
    if instance is None:
        return JobStatus.CANCELED, "The job's orchestration was purged by the Durable API."
    if instance.ended == "Terminated":
        return JobStatus.CANCELED, "The job's orchestration was terminated by the Durable API."
    if instance.ended == "Completed" and instance.output:
        result = EndResult.from_wire(instance.output)
        return result.status or JobStatus.FAILED, result.reason
    return JobStatus.FAILED, f"The job's orchestration failed: {instance.failure or 'no message'}"
