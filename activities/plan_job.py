"""Plan a job: list its input, cut it into mini-batches, pin every file."""

import uuid
from collections.abc import Iterator
from typing import Any

import azure.durable_functions as df

from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.job import JobSpec
from shared.domain.minibatch import MINIBATCHES_PER_SHARD, InputFile
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.task import Planned, PlanTask
from shared.services import Services, services
from shared.stores.inputs import Skipped

bp = df.Blueprint()

INVOKE = "Invoke the endpoint to have one."


class _Stopped(Exception):
    """The job was canceled while its input was listed."""


@bp.activity_trigger(input_name="payload")
def plan_job(payload: dict) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    return plan(PlanTask.from_wire(payload), services()).to_wire()


def plan(task: PlanTask, services: Services) -> Planned:
    """Plan the job as its document says, or tell how far it came by the plan that it has.

    An input that cannot be planned is a value, not an exception: planning it again would not help.
    """
    job = services.jobs.current(task.job)
    if job is None:
        return Planned(plan=Plan(problem=f"There is no job '{task.job}'. {INVOKE}"))
    state, limits = job.state, job.spec.settings.limits
    if state.status.is_terminal:
        return Planned(plan=Plan(problem=f"The job has ended already: {state.status}. {INVOKE}"))
    if state.plan is not None and not task.is_again and _is_between_shards(state.tally, state.plan):
        since = state.scoring_since
        return Planned(plan=state.plan, limits=limits, tally=state.tally, scoring_since=since)
    return Planned(plan=_planned(job.spec, services), limits=limits)


def _is_between_shards(tally: Tally, plan: Plan) -> bool:
    """Whether whole shards are done, so that the next generation can go on after them."""
    is_whole = tally.minibatches % MINIBATCHES_PER_SHARD == 0
    return 0 < tally.minibatches and (is_whole or tally.minibatches == plan.minibatches)


def _planned(spec: JobSpec, services: Services) -> Plan:
    """Write the plan's shards under a key of this call's own, and return counts.

    A plan that the job did not accept - a late twin's, say - lies there unread.
    """
    skipped = Skipped()
    files = _until_stopped(
        services.inputs.files(spec.input.location, spec.input.type, skipped), spec, services
    )
    try:
        planned = services.plans.write(
            spec.name, uuid.uuid4().hex, files, spec.settings.mini_batch_size
        )
    except (NotFound, InvalidRequest) as error:
        return Plan(problem=str(error))
    except _Stopped:
        return Plan(is_canceled=True)
    if not planned.files:
        left_out = f" ({skipped})" if skipped.total else ""
        return Plan(
            problem=f"The input '{spec.input.uri}' holds no files any more{left_out}. "
            "Upload files and invoke again."
        )
    return services.plans.keep(spec.name, planned.model_copy(update={"skipped": skipped.total}))


def _until_stopped(
    files: Iterator[InputFile], spec: JobSpec, services: Services
) -> Iterator[InputFile]:
    """The files as they come; raises _Stopped when the job is canceled, the empty listing too."""
    for file in files:
        if services.watch.is_stopped(spec.name):
            raise _Stopped
        yield file
    if services.watch.is_stopped(spec.name):
        raise _Stopped
