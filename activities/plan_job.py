"""Plan a job: list its input, cut it into mini-batches, pin every file.

A batch of uploads was listed when it was accepted: its document has the files and their etags. A
manifest is a file that lists the input.

The input is listed a second time, names only: a plan that holds other names is made again. The two
listings go side by side at first, and then one after the other, as an input needs that changes.

Who wants to hear of the job's start is called back, by orchestrations of their own.
"""

import uuid
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import azure.durable_functions as df

from shared.adapters.durable_client import DurableClient
from shared.application.look_at_files import read_mlmodel
from shared.domain.errors import AccountRefuses, InvalidRequest, NotFound
from shared.domain.function_names import PLAN_JOB
from shared.domain.job import JobSpec
from shared.domain.listing import ListingSum, ascending
from shared.domain.minibatch import MINIBATCHES_PER_SHARD, PlannedFile
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.resolved_deployment import Location
from shared.domain.sample import Sampling
from shared.domain.selection import Skipped, nothing_chosen
from shared.domain.task import Planned, PlanTask
from shared.observed import observed, observer
from shared.scoring.preflight.splittable import splitting_signature
from shared.scoring.split.splitter import Splitter
from shared.services import Services, services
from shared.stores.planned_input import InputLister, PlannedInput

bp = df.Blueprint()

# Files that come or go while they are listed make another plan; somebody may never stop uploading.
MOST_PLANS = 3
INVOKE = "Invoke the endpoint to have one."


class _Stopped(Exception):
    """The job was canceled while its input was listed."""


@bp.durable_client_input(client_name="client")
@bp.activity_trigger(input_name="payload")
def plan_job(payload: dict, client: str) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    task, service = PlanTask.from_wire(payload), services()
    planned = plan(task, service)
    if planned.scoring_since is None and not task.is_again:  # a job's first plan
        service.callbacks.announce.start(task.job, planned.plan, DurableClient(client))
    return planned.to_wire()


@observed(PLAN_JOB)
def plan(task: PlanTask, services: Services) -> Planned:
    """Plan the job as its document says, or say how far it came by the plan that it has.

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
    _start_scorer(job.spec, services)
    created = _create_plan(job.spec, services)
    observer().planned(job.spec, created)
    return Planned(plan=created, limits=limits)


def _start_scorer(spec: JobSpec, services: Services) -> None:
    """One loads while the input is listed; the first mini-batch need not wait for both."""
    services.scorers.warm_up(
        spec.resolved,
        capacity=spec.settings.parallelism,
        is_stopped=lambda: services.signals.is_known_stopped(spec.name),
    )


def _is_between_shards(tally: Tally, plan: Plan) -> bool:
    """Whether whole shards are done, so that the next generation can go on after them."""
    is_whole = tally.minibatches % MINIBATCHES_PER_SHARD == 0
    return 0 < tally.minibatches and (is_whole or tally.minibatches == plan.minibatches)


def _create_plan(spec: JobSpec, services: Services) -> Plan:
    """Write the plan's shards under a key of this call's own, and return counts.

    A plan that the job did not accept - a late twin's, say - lies there unread.
    """
    try:
        planned, skipped = _write_confirmed_plan(spec, services)
    except (NotFound, InvalidRequest, AccountRefuses) as error:
        return Plan(problem=str(error))
    except _Stopped:
        return Plan(is_canceled=True)
    if not planned.files:
        selection = spec.settings.selection
        return Plan(problem=nothing_chosen(spec.input.uri, selection, str(skipped)))
    if problem := spec.settings.output.problem_with(planned.files):
        return Plan(problem=problem)
    summary = skipped.summary()
    services.plans.keep_left_out(spec.name, planned.key, summary)
    counted = {
        "skipped": skipped.total,
        "left_out": str(skipped),
        "left_out_by": summary.counts,
    }
    return services.plans.keep(spec.name, planned.model_copy(update=counted))


def _write_confirmed_plan(spec: JobSpec, services: Services) -> tuple[Plan, Skipped]:
    """A plan that a second listing agrees with, and what it left out.

    Of an input that is never the same twice it is the last plan, and not confirmed.
    """
    if spec.input.manifest:
        return _write_batch_plan(spec, spec.input.manifest, services), Skipped()
    lister = InputLister(services.blobs, services.inputs, services.jobs, services.plans)
    source = lister.of(spec.input, spec.settings.selection, spec.name)
    splitter = _splitter(spec, services)
    for number in range(MOST_PLANS):
        is_beside = number == 0
        planned, skipped = _write_plan(spec, source, splitter, services, is_beside=is_beside)
        if planned.is_confirmed or spec.settings.selection.manifest:
            break
    return planned, skipped


def _write_plan(
    spec: JobSpec,
    source: PlannedInput,
    splitter: Splitter | None,
    services: Services,
    *,
    is_beside: bool,
) -> tuple[Plan, Skipped]:
    skipped, listed, sampling = Skipped(), ListingSum(), Sampling(spec.sample)
    check, key = partial(_check_wanted, spec, services), uuid.uuid4().hex
    with source.looked_at_twice(check, is_beside=is_beside) as is_still:
        taken = sampling.taken(source.files(skipped, listed, check))
        planned = _write(spec, key, taken, splitter, services)
        found = {"is_confirmed": is_still(listed), "whole": sampling.whole}
    return planned.model_copy(update=found), skipped


def _write_batch_plan(spec: JobSpec, manifest: Location, services: Services) -> Plan:
    """The plan of a batch of uploads: what it holds was decided when it was accepted."""
    files, key = services.upload_records.batch_at(manifest).files, uuid.uuid4().hex
    watched = _until_stopped(ascending(files), spec, services)
    planned = _write(spec, key, watched, _splitter(spec, services), services)
    return planned.model_copy(update={"is_confirmed": True})


def _write(
    spec: JobSpec,
    key: str,
    files: Iterable[PlannedFile],
    splitter: Splitter | None,
    services: Services,
) -> Plan:
    split = splitter(files) if splitter else files
    planned = services.plans.write(spec.name, key, split, spec.settings.mini_batch_size)
    return planned.model_copy(update={"unsplit": splitter.warning if splitter else ""})


def _splitter(spec: JobSpec, services: Services) -> Splitter | None:
    """None where nothing is to be split; raises InvalidRequest where nothing can be."""
    split = spec.settings.selection.splitting
    if split is None:
        return None
    mlmodel = read_mlmodel(services.blobs, spec.resolved.model_location)
    return Splitter(
        services.blobs,
        spec.input.location.container,
        split,
        splitting_signature(mlmodel),
        spec.settings.output.carry,
        partial(_check_wanted, spec, services),
        spec.name,
        services.downloads.kept,
    )


def _until_stopped(
    files: Iterator[PlannedFile], spec: JobSpec, services: Services
) -> Iterator[PlannedFile]:
    """The files as they come; raises _Stopped when the job is canceled, with or without any."""
    for one in files:
        _check_wanted(spec, services)
        yield one
    _check_wanted(spec, services)


def _check_wanted(spec: JobSpec, services: Services) -> None:
    if services.signals.is_stopped(spec.name):
        raise _Stopped
