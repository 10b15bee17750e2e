"""Plan a job: list its input, cut it into mini-batches, pin every file.

The input is listed a second time, names only: a plan that holds other names is made anew.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import azure.durable_functions as df

from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.job import JobSpec
from shared.domain.listing import ListingSum
from shared.domain.minibatch import MINIBATCHES_PER_SHARD
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.task import Planned, PlanTask
from shared.services import Services, services
from shared.stores.inputs import Skipped

bp = df.Blueprint()

# Files that come or go while they are listed make another plan; somebody may never stop uploading.
MOST_PLANS = 3
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
    return Planned(plan=_new_plan(job.spec, services), limits=limits)


def _is_between_shards(tally: Tally, plan: Plan) -> bool:
    """Whether whole shards are done, so that the next generation can go on after them."""
    is_whole = tally.minibatches % MINIBATCHES_PER_SHARD == 0
    return 0 < tally.minibatches and (is_whole or tally.minibatches == plan.minibatches)


def _new_plan(spec: JobSpec, services: Services) -> Plan:
    """Write the plan's shards under a key of this call's own, and return counts.

    A plan that the job did not accept - a late twin's, say - lies there unread.
    """
    try:
        planned, skipped = _confirmed(spec, services)
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
    counted = {"skipped": skipped.total, "left_out": str(skipped)}
    return services.plans.keep(spec.name, planned.model_copy(update=counted))


def _confirmed(spec: JobSpec, services: Services) -> tuple[Plan, Skipped]:
    """A plan that a second listing agrees with, and what it left out.

    Of an input that is never the same twice it is the last plan, and not confirmed.
    """
    for _ in range(MOST_PLANS):
        planned, skipped = _planned(spec, services)
        if planned.is_confirmed:
            break
    return planned, skipped


def _planned(spec: JobSpec, services: Services) -> tuple[Plan, Skipped]:
    skipped, listed = Skipped(), ListingSum()
    given, key = spec.input, uuid.uuid4().hex
    files = services.inputs.files(given.location, given.type, skipped, listed)
    wanted = _until_stopped(files, spec, services)
    planned = services.plans.write(spec.name, key, wanted, spec.settings.mini_batch_size)
    names = services.inputs.names(given.location, given.type)
    again = ListingSum(_until_stopped(names, spec, services))
    return planned.model_copy(update={"is_confirmed": listed.sum == again.sum}), skipped


def _until_stopped[T](items: Iterator[T], spec: JobSpec, services: Services) -> Iterator[T]:
    """What is listed, as it comes; raises _Stopped when the job is canceled, empty or not."""
    for one in items:
        if services.signals.is_stopped(spec.name):
            raise _Stopped
        yield one
    if services.signals.is_stopped(spec.name):
        raise _Stopped
