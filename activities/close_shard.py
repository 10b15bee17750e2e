"""Close a shard: commit its part in input order, and record how far the job came."""

from typing import Any

import azure.durable_functions as df

from shared.domain.errors import BlocksMissing, NotFound
from shared.domain.job import JobState, JobStatus
from shared.domain.task import ClosingTask
from shared.services import Services, services

bp = df.Blueprint()


@bp.activity_trigger(input_name="payload")
def close_shard(payload: dict) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    return close(ClosingTask.from_wire(payload), services())


def close(task: ClosingTask, services: Services) -> bool:
    """Whether the part stands. False: the store lost a piece, and the shard must be done again."""
    try:
        services.results.close_shard(task.job, task.shard, task.bundles)
        spec = services.jobs.spec(task.job)
    except (NotFound, BlocksMissing):
        return False
    state = JobState(
        status=JobStatus.RUNNING,
        plan=task.plan,
        tally=task.tally,
        scoring_since=task.scoring_since,
    )
    if not services.jobs.advance(spec, state).status.is_terminal:
        services.reports.progress(spec, task)
    return True
