"""Close a shard: commit its part in input order, and record how far the job came."""

from typing import Any

import azure.durable_functions as df

from shared.domain.errors import BlocksMissing, NotFound
from shared.domain.function_names import CLOSE_SHARD
from shared.domain.job import JobState, JobStatus
from shared.domain.task import ClosingTask
from shared.observed import observed, observer
from shared.services import Services, services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload")
def close_shard(payload: dict) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    return close(ClosingTask.from_wire(payload), services())


@observed(CLOSE_SHARD)
def close(task: ClosingTask, services: Services) -> bool:
    """Whether the part stands. False: the store lost a piece, and the shard must be done again.

    The job's counts are taken from the records: what they were handed on as is nobody's word.
    """
    try:
        spec, plan = (
            services.jobs.spec(task.job),
            services.plans.read_counts(task.job, task.plan_key),
        )
        closed = services.results.close_shard(
            task.job, task.shard, task.bundles, spec.settings.output.rows_media_type
        )
    except (NotFound, BlocksMissing):
        return False
    if spec.settings.output.shows_partial:
        segments = [record.segment for record in closed.records]
        services.results.bundle_rows.forget(task.job, task.shard, segments)
    sheet = services.look_into_job.sheets.begin_write(spec, plan, closed)

    reached_before = set[int]()

    def reached(before: JobState) -> JobState:
        reached_before.add(before.tally.minibatches)
        return JobState(
            status=JobStatus.RUNNING,
            plan=plan,
            tally=services.results.reached(task.job, before.tally, closed),
            scoring_since=before.scoring_since or task.scoring_since,
        )

    state = services.jobs.go_on(spec, reached)
    if not state.status.is_terminal:
        services.reports.write_progress(spec, task.shard, plan, state)
    if state.tally.minibatches not in reached_before:  # else a twin told of it
        observer().closed(spec, task.shard, closed.records)
    sheet.result()
    return True
