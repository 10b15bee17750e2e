"""End a job: publish its predictions, write receipt, errors and logs, set the final state.

1. The script's processes end, and the predictions file is assembled and committed, if the job
   completed.
2. `receipt.json`, `errors.jsonl` and the logs are written.
3. The job's document gets its end, last: who reads it finds everything else there.

Each step may run twice, with any crash between: the outcome is the same.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df

from shared.domain.errors import Conflict, InvalidRequest
from shared.domain.job import Ending, JobState, JobStatus
from shared.domain.receipt import OutputProof, receipt_of
from shared.domain.task import EndResult
from shared.services import Services, services
from shared.stores.results import Damaged, Record
from shared.stores.side_files import StoredChange

bp = df.Blueprint()

# Characters of one file's error in the job's own: errors.jsonl has it whole.
LONGEST_FIRST = 1_000


@bp.activity_trigger(input_name="payload")
def end_job(payload: dict) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    return end(Ending.from_wire(payload), services()).to_wire()


def end(ending: Ending, services: Services) -> EndResult:
    """Return how the job ended, or which shard must be scored again first.

    A job that has ended - this is a late twin, or a restart by the Durable API - stays as it is.
    """
    job = services.jobs.find(ending.spec.name)
    if job is not None and job.state.status.is_terminal:
        state = job.state
        return EndResult(status=state.status, reason=state.reason, sha256=state.output_sha256)
    try:
        ended, proof = _publish(ending, services)
        receipt = receipt_of(ended, proof)  # without what a script says: that may differ each time
        ended = _explained(ended, services)
        services.reports.write(ended, receipt)
    except Damaged as damage:
        return EndResult(damaged_shard=damage.shard)
    services.jobs.advance(ended.spec, _state(ended, ended.status, proof))
    services.crews.release(ended.spec.name)
    sha256 = proof.sha256 if proof else ""
    return EndResult(status=ended.status, reason=ended.reason, sha256=sha256)


def _explained(ending: Ending, services: Services) -> Ending:
    """A job that failed by its files says at once what was wrong with the first of them."""
    if ending.status is not JobStatus.FAILED or not ending.tally.failed_files:
        return ending
    error = services.reports.first_error(ending)
    if error is None:
        return ending
    of = f" of '{error.file}'" if error.file else ""
    first = f"The first failure, in mini-batch {error.mini_batch}{of}: {error.summary}"
    reason = f"{ending.reason} {' '.join(first.split())[:LONGEST_FIRST]}"
    return ending.model_copy(update={"reason": reason})


def _publish(ending: Ending, services: Services) -> tuple[Ending, OutputProof | None]:
    """Publish a completed job's predictions; if the store refuses them it is a failed one.

    The counts of a completed job are taken from what its bundles recorded.
    """
    if ending.status is not JobStatus.COMPLETED:
        return ending, None
    services.jobs.advance(ending.spec, _state(ending, JobStatus.FINALIZING, None))
    counted = services.results.tally(ending.spec.name, ending.plan)
    ended = ending.model_copy(update={"tally": counted})
    try:
        _publish_side_files(ended, services)
        published = services.predictions.publish(ended.spec, ended.plan.shards)
    except (Conflict, InvalidRequest) as refused:  # another try would be refused as well
        failed = {"status": JobStatus.FAILED, "reason": str(refused)}
        return ended.model_copy(update=failed), None
    return ended, OutputProof(
        uri=ended.spec.output.uri,
        bytes=published.bytes,
        rows=published.rows,
        sha256=published.sha256,
    )


def _publish_side_files(ended: Ending, services: Services) -> None:
    """What the script wrote beside its rows; before the predictions, whose commit tells the end.

    Its processes end first, and what they write then comes last.
    """
    if not ended.spec.recipe.script:
        return
    job, shards = ended.spec.name, ended.plan.shards
    services.crews.finish(job)
    changes: list[tuple[str, StoredChange]] = []

    def records() -> Iterator[tuple[int, Record]]:
        for summary in services.results.summaries(job, shards):
            for record in summary.records:
                changes.extend((record.process, change) for change in record.changes)
                yield summary.shard, record

    late = services.ends.gathered(job, records())
    services.side_files.publish(ended.spec, [*changes, *late])


def _state(ending: Ending, status: JobStatus, proof: OutputProof | None) -> JobState:
    return JobState(
        status=status,
        reason=ending.reason,
        plan=ending.plan,
        tally=ending.tally,
        scoring_since=ending.scoring_since,
        ended_at=datetime.now(UTC) if status.is_terminal else None,
        output_bytes=proof.bytes if proof else 0,
        output_sha256=proof.sha256 if proof else "",
        is_reported=status.is_terminal,
    )
