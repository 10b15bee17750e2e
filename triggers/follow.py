"""Following a job: its document, brought up to the moment by its orchestration's custom status."""

from datetime import UTC, datetime

from shared.adapters.durable_client import DurableClient, Instance
from shared.domain.errors import NotFound
from shared.domain.function_names import SCORE_JOB, SCORE_SHARD
from shared.domain.job import Job, JobState, JobStatus
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.task import EndResult
from shared.services import Services

ORCHESTRATOR, OF_SHARD = SCORE_JOB, SCORE_SHARD


def of_run(run: str, services: Services) -> tuple[Job, bool]:
    """The job of that name or with that child, and whether it is the child's; raises NotFound."""
    job = services.jobs.of_run(run) or services.jobs.get(run)
    return job, job.spec.name != run


def of_endpoint(endpoint: str, name: str, services: Services) -> Job:
    """The endpoint's job of that name, which may have outlived it; raises NotFound."""
    job = services.jobs.find(name)
    if job is None:
        services.registry.endpoints.get(endpoint)
        job = services.jobs.get(name)
    if job.spec.endpoint.lower() != endpoint.lower():
        raise NotFound(
            f"Endpoint '{endpoint}' has no job '{name}'.",
            fix=f"It is a job of endpoint '{job.spec.endpoint}'.",
            target="job",
        )
    return job


def orchestration(job: Job, client: DurableClient) -> Instance | None:
    """The job's own: an instance of its name that somebody else started does not count."""
    instance = client.find(job.spec.name)
    return instance if instance and instance.orchestrator == ORCHESTRATOR else None


def live(job: Job, services: Services, client: DurableClient) -> Job:
    """The job as it is now.

    If its orchestration ended without the document saying so - somebody terminated it through the
    Durable API, or the store lost the last write - the document is mended.
    """
    if job.state.status.is_terminal:
        return job
    if job.cancel is not None and not services.signals.is_stopped(job.spec.name):
        services.signals.stop(job.spec.name)  # the store lost the sign
    instance = orchestration(job, client)
    if instance is None and job.state.status is JobStatus.NOT_STARTED:
        return job  # it is being started
    if instance is None or instance.ended:
        return _mended(job, instance, services, client)
    state = _running(instance, client)
    return job.model_copy(update={"state": job.state.followed_by(state)}) if state else job


def _running(instance: Instance, client: DurableClient) -> JobState | None:
    status = instance.custom_status
    if not status:
        return None
    tally = Tally.from_wire(status["tally"])
    shard = client.find(status["shard"]) if status["shard"] else None
    if shard and shard.orchestrator == OF_SHARD and shard.custom_status:
        tally = tally.plus(Tally.from_wire(shard.custom_status))
    return JobState(
        status=JobStatus(status["status"]),
        plan=Plan.from_wire(status["plan"]) if status["plan"] else None,
        tally=tally,
        scoring_since=status["scoring_since"],
    )


def _mended(job: Job, instance: Instance | None, services: Services, client: DurableClient) -> Job:
    found = services.jobs.find(job.spec.name)
    if found is not None and found.state.status.is_terminal:
        return found  # it ended between the two looks
    services.signals.stop(job.spec.name)  # its children may still be at work
    status, reason = _end_of(instance)
    reached = _running(instance, client) if instance else None
    state = (job.state.followed_by(reached) if reached else job.state).model_copy(
        update={"status": status, "reason": reason, "ended_at": datetime.now(UTC)}
    )
    return job.model_copy(update={"state": services.jobs.advance(job.spec, state)})


def _end_of(instance: Instance | None) -> tuple[JobStatus, str]:
    if instance is None:
        return JobStatus.CANCELED, "The job's orchestration was purged by the Durable API."
    if instance.ended == "Terminated":
        return JobStatus.CANCELED, "The job's orchestration was terminated by the Durable API."
    if instance.ended == "Completed" and instance.output:
        result = EndResult.from_wire(instance.output)
        return result.status or JobStatus.FAILED, result.reason
    return JobStatus.FAILED, f"The job's orchestration failed: {instance.failure or 'no message'}"
