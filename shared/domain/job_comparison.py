"""A job beside an earlier one of its deployment: counts, pace, and what was set differently."""

from collections.abc import Iterator

from shared.domain.job import Job, JobSpec, utc
from shared.domain.message import JSON


def compared(job: Job, earlier: Job) -> JSON:
    """Both jobs' figures, and each setting that differs."""
    return {
        "job": earlier.spec.name,
        "status": earlier.status,
        "created_at": utc(earlier.spec.created_at),
        "before": figures(earlier),
        "now": figures(job),
        "changed": [
            {"setting": name, "before": old, "now": new}
            for (name, old), (_, new) in zip(_asked(earlier.spec), _asked(job.spec), strict=True)
            if old != new
        ],
    }


def figures(job: Job) -> JSON:
    tally, state = job.state.tally, job.state
    seconds = None
    if state.scoring_since and state.ended_at:
        seconds = round((state.ended_at - state.scoring_since).total_seconds(), 3)
    return {
        "files": tally.files,
        "failed_files": tally.failed_files,
        "mini_batches": tally.minibatches,
        "rows": tally.rows,
        "retries": tally.retries,
        "duration_s": seconds,
        "files_per_s": round(tally.files / seconds, 3) if seconds else None,
    }


def _asked(spec: JobSpec) -> Iterator[tuple[str, JSON]]:
    """What may make a difference, by az's names; values of variables may be secrets."""
    settings, resolved = spec.settings, spec.resolved
    yield "input", spec.input.uri
    yield "model", str(resolved.model)
    yield "environment", str(resolved.environment) if resolved.environment else None
    yield "code", str(resolved.code_location) if resolved.code_location else None
    yield "mini_batch_size", settings.mini_batch_size
    yield "max_concurrency_per_instance", settings.max_concurrency_per_instance
    yield "instance_count", settings.instance_count
    yield "error_threshold", settings.error_threshold
    yield "retry_settings.max_retries", settings.retry_settings.max_retries
    yield "retry_settings.timeout", settings.retry_settings.timeout_s
    yield "output_action", settings.output_action
    yield "output_file_name", settings.output_file_name
    for name, value in settings.output.model_dump(mode="json").items():
        yield f"output_{name}", value
    yield "logging_level", settings.logging_level
    yield "environment_variables", sorted(settings.environment_variables)
    yield "fingerprint", resolved.fingerprint
