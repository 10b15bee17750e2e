"""A sample in a job's documents: how much of the input it is, and what it says of the whole."""

from shared.domain.job import Job
from shared.domain.message import JSON
from shared.domain.plan import minibatches_of_whole


def write_sample(job: Job) -> dict[str, JSON]:
    """`sample`, for the properties of a job that is one; nothing for any other."""
    request, plan, state = job.spec.sample, job.state.plan, job.state
    if request is None:
        return {}
    whole = plan.whole if plan else None
    size = job.spec.settings.mini_batch_size
    of = (
        plan
        and whole
        and {
            "files": whole.files,
            "bytes": whole.bytes,
            "mini_batches": minibatches_of_whole(plan, size),
        }
    )
    projection = state.projection.to_wire() if state.projection else None
    files = plan.files if plan and whole else None
    return {
        "sample": {
            "requested": request.files,
            "files": files,
            "of": of,
            "projection": projection,
        }
    }


def write_sample_facts(job: Job) -> dict[str, str]:
    """The same in words, for the official client: texts only."""
    plan, projection = job.state.plan, job.state.projection
    if job.spec.sample is None:
        return {}
    of = f"{plan.files} of {plan.whole.files} files" if plan and plan.whole else ""
    facts = {"sample": of or f"{job.spec.sample.files} files"}
    if projection:
        error = f" (error {projection.error:.0%})" if projection.error is not None else ""
        facts["projectedSeconds"] = f"{projection.seconds}{error}"
    if projection and projection.cost:
        facts["projectedCost"] = str(projection.cost.amount)
    return facts
