"""Plan a job: list its input, cut it into mini-batches, pin every file.

The input is listed a second time, names only: a plan that holds other names is made anew.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import azure.durable_functions as df

from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.job import JobSpec, JobState, JobStatus
from shared.domain.listing import ListingSum
from shared.domain.plan import Plan
from shared.services import Services, services
from shared.stores.inputs import Skipped

bp = df.Blueprint()

# Files that come or go while they are listed make another plan; somebody may never stop uploading.
MOST_PLANS = 3


class _Stopped(Exception):
    """The job was canceled while its input was listed."""


@bp.activity_trigger(input_name="payload")
def plan_job(payload: dict) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    return plan(JobSpec.from_wire(payload), services()).to_wire()


def plan(spec: JobSpec, services: Services) -> Plan:
    """Write the plan's shards under a key of this call's own, and return counts.

    A plan that the job did not accept - a late twin's, say - lies there unread. An input that
    cannot be planned is a value, not an exception: planning it again would not help.
    """
    state = services.jobs.advance(spec, JobState(status=JobStatus.PREPARING))
    if state.status.is_terminal:
        return Plan(problem=f"The job has ended already: {state.status}.")
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
    return planned.model_copy(update={"skipped": skipped.total, "left_out": str(skipped)})


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
        if services.watch.is_stopped(spec.name):
            raise _Stopped
        yield one
    if services.watch.is_stopped(spec.name):
        raise _Stopped
