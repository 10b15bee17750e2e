"""Plan a job: list its input, cut it into mini-batches, pin every file."""

import uuid
from collections.abc import Iterator
from typing import Any

import azure.durable_functions as df

from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.job import JobSpec, JobState, JobStatus
from shared.domain.minibatch import InputFile
from shared.domain.plan import Plan
from shared.services import Services, services
from shared.stores.inputs import Skipped

bp = df.Blueprint()


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
    return planned.model_copy(update={"skipped": skipped.total, "left_out": str(skipped)})


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
