"""End a job: publish its predictions, write receipt, errors and logs, set the final state.

1. The script's processes end, and the predictions file is assembled and committed, if the job
   completed; if not, the rows that it has are kept beside where that would be.
2. `receipt.json`, `errors.jsonl` and the logs are written.
3. The job's document gets its end, last: who reads it finds everything else there.
4. Who wants to hear of it is called back, by orchestrations of their own.

Each step may run twice, with any crash between: the outcome is the same.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df

from shared.adapters.durable_client import DurableClient
from shared.application.project_sample import project_sample
from shared.application.publish_predictions import proof_of, publish_predictions, renamed
from shared.application.publish_side_files import JobSideFiles, publish_side_files
from shared.domain.errors import Conflict, InvalidRequest
from shared.domain.function_names import END_JOB
from shared.domain.job import Ending, JobSpec, JobState, JobStatus, ending
from shared.domain.partial_rows import KeptRows
from shared.domain.receipt import BatchProof, OutputProof, receipt_of
from shared.domain.selection import LeftOut
from shared.domain.task import EndResult, EndTask
from shared.domain.warnings import lasting_warnings, passing_warnings
from shared.observed import observed, observer
from shared.services import Services, services
from shared.stores.results import Damaged

bp = df.Blueprint()


@bp.durable_client_input(client_name="client")
@bp.activity_trigger(input_name="payload")
def end_job(payload: dict, client: str) -> Any:  # type: ignore[type-arg]  # the real worker refuses generics
    task, service = EndTask.from_wire(payload), services()
    ended = end(task, service)
    if ended.status is not None:
        service.callbacks.announce.end(task.job, DurableClient(client))
    return ended.to_wire()


@observed(END_JOB)
def end(task: EndTask, services: Services) -> EndResult:
    """Return how the job ended, or which shard must be scored again first.

    A job that has ended - this is a late twin, or a restart by the Durable API - stays as it is.
    One without a document is nobody's job: nothing is written.
    """
    job = services.jobs.current(task.job)
    if job is None:
        reason = task.plan.problem or f"The document of job '{task.job}' is gone. Invoke again."
        return EndResult(status=JobStatus.FAILED, reason=reason)
    if job.state.status.is_terminal:
        return _result(job.state)
    try:
        ended, proof, side = _publish(_ending(job.spec, task), services)
        shards = range(ended.plan.shards)
        kept = services.keep_partial(ended)
        mixed = services.predictions.content.mixed(ended.spec, shards) if proof else []
        warnings = lasting_warnings(ended, proof, mixed, kept.proof)
        # without what a script says, and what else may differ each time
        batch, left_out = _batch(job.spec, services), _left_out(ended, services)
        receipt = receipt_of(ended, proof, warnings, batch, left_out, kept.proof)
        services.keep_partial.write_receipt(ended.spec, receipt)
        warnings += passing_warnings(
            ended, side.files.contested, side.cut_off, kept.refusal, side.apart
        )
        ended = services.reports.explained(ended)
        services.reports.write(ended, receipt, warnings)
    except Damaged as damage:
        return EndResult(damaged_shard=damage.shard)
    final = _state(ended, ended.status, proof, warnings, kept.rows)
    price = services.settings.instance_price_per_hour
    final = final.model_copy(
        update={"projection": project_sample(ended, final, services.results, price)}
    )
    state = services.jobs.advance(ended.spec, final)
    observer().ended(ended.spec)
    services.scorers.release(ended.spec.name)
    services.downloads.kept.release(ended.spec.name)
    return _result(state)


def _batch(spec: JobSpec, services: Services) -> BatchProof | None:
    """The batch of uploads that the job's input is, if a watch started it."""
    manifest = spec.input.manifest
    if manifest is None:
        return None
    return BatchProof.of(services.upload_records.batch_at(manifest), manifest)


def _left_out(ended: Ending, services: Services) -> LeftOut | None:
    """What of the input folder is no input, with the reasons."""
    plan = ended.plan
    return services.plans.find_left_out(ended.spec.name, plan.key) if plan.skipped else None


def _ending(spec: JobSpec, task: EndTask) -> Ending:
    return ending(
        spec,
        task.plan,
        task.tally,
        task.fatal,
        task.closed_shards,
        task.scoring_since,
        is_stopped=task.is_stopped,
    )


def _result(state: JobState) -> EndResult:
    return EndResult(
        status=state.status,
        reason=state.reason,
        sha256=state.output_sha256,
        tally=state.tally,
    )


def _publish(ending: Ending, services: Services) -> tuple[Ending, OutputProof | None, JobSideFiles]:
    """Publish a completed job's predictions; if the store refuses them it is a failed one.

    The counts of a completed job are taken from what its bundles recorded.
    """
    if ending.status is not JobStatus.COMPLETED:
        return ending, None, JobSideFiles()
    services.jobs.advance(ending.spec, _state(ending, JobStatus.FINALIZING, None))
    counted, apart = services.results.account(ending.spec.name, ending.plan)
    ended = ending.model_copy(update={"tally": counted})
    try:
        if not ended.spec.settings.output.is_single:  # what the script wrote lies there as well
            ended = renamed(ended, services.predictions)
        side = replace(_publish_side_files(ended, services), apart=apart)
        ended, published = publish_predictions(ended, services.predictions)
    except (Conflict, InvalidRequest) as refused:  # another try would be refused as well
        failed = {"status": JobStatus.FAILED, "reason": str(refused)}
        return ended.model_copy(update=failed), None, JobSideFiles()
    return ended, proof_of(ended.spec, published, side.files.files, services.reports), side


def _publish_side_files(ended: Ending, services: Services) -> JobSideFiles:
    """What the script wrote beside its rows; before the predictions, whose commit is the last.

    Its processes end first, and what they write then comes last.
    """
    if not ended.spec.resolved.script:
        return JobSideFiles()
    services.scorers.finish(ended.spec.name)
    return publish_side_files(ended, services.results, services.ends, services.side_files)


def _state(
    ending: Ending,
    status: JobStatus,
    proof: OutputProof | None,
    warnings: Sequence[str] = (),
    partial: KeptRows | None = None,
) -> JobState:
    return JobState(
        status=status,
        reason=ending.reason,
        plan=ending.plan,
        tally=ending.tally,
        scoring_since=ending.scoring_since,
        ended_at=datetime.now(UTC) if status.is_terminal else None,
        output_bytes=proof.bytes if proof else 0,
        output_sha256=proof.sha256 if proof else "",
        warnings=list(warnings),
        is_reported=status.is_terminal,
        partial=partial,
    )
