"""The texts of a job's logs, under Azure ML's names: what it did, how it ended, where to look."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.domain.job import Ending, JobSpec, JobStatus, utc
from shared.domain.message import counted
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.receipt import Receipt
from shared.domain.streamed_log import opening, planned

LOGS = "logs"
JOB_RESULT, README = f"{LOGS}/job_result.txt", f"{LOGS}/readme.txt"
ERROR_SUMMARY = f"{LOGS}/user/error.txt"
STD_LOG = "user_logs/std_log_0.txt"
LAYOUT = """\
What lies here, by Azure ML's names.

../receipt.json                           what was scored, and the proof
../output_files.jsonl                     every published file, if too many for the receipt
../errors.jsonl                           every file that failed: stage, exception, mini-batch
../user_logs/std_log_0.txt                the job in a few lines
../user_logs/std_log.txt                  the same, and how it went; by a run's details only
job_result.txt                            how it ended
job_error.<yyyymmddhh>.txt                why it failed, if it did
job_progress_overview.<yyyymmddhh>.txt    how far it was, and when
user/error.txt                            the reasons for failures, each once
user/error/<node>/process<NNN>.txt        tracebacks of init() and run(), whole
user/stdout/<node>/process<NNN>.stdout.txt    what scripts print and log
user/stderr/<node>/process<NNN>.stderr.txt    what they write to stderr
sys/job_report/processed_mini-batches.csv     every mini-batch
sys/job_report/process_summary.csv, node_summary.csv    sums

A node is one worker process of the service, a process one scorer with its replacements.
"""


def job_error_name(spec: JobSpec) -> str:
    return f"{LOGS}/job_error.{spec.created_at:%Y%m%d%H}.txt"


def overview_name(spec: JobSpec) -> str:
    return f"{LOGS}/job_progress_overview.{spec.created_at:%Y%m%d%H}.txt"


def scheduled(spec: JobSpec, plan: Plan) -> str:
    return (
        f"{utc(spec.created_at)} Scheduling finished. Scheduled {plan.minibatches} mini batches. "
        f"There are {plan.minibatches} tasks with {plan.files} items.\n"
    )


def processed(plan: Plan, tally: Tally, since: datetime | None, now: datetime) -> str:
    """One line of the overview: counts, time, and what remains at this pace."""
    done, elapsed = tally.minibatches, (now - since if since else timedelta())
    remaining = elapsed * ((plan.minibatches - done) / done) if done else None
    estimate = f" Estimated remaining time {_clock(remaining)}." if remaining is not None else ""
    return (
        f"{utc(now)} Processed {done} of {plan.minibatches} mini batches in {_clock(elapsed)}."
        f"{estimate} {tally.files} items processed, {tally.failed_files} failed.\n"
    )


def verdict(ending: Ending, receipt: Receipt) -> str:
    reason = f"\n{ending.reason}" if ending.reason else ""
    return f"The job {ending.spec.name} is {ending.status}. Receipt: {receipt.verdict}.{reason}\n"


def error(ending: Ending) -> str:
    """Why a job failed; empty for one that did not."""
    if ending.status is not JobStatus.FAILED:
        return ""
    return (
        f"{ending.reason}\nThe reasons of single failures are in {ERROR_SUMMARY}, each file's in "
        f"errors.jsonl, and whole tracebacks in {LOGS}/user/error/.\n"
    )


def overview_text(ending: Ending, receipt: Receipt, warnings: Iterable[str]) -> str:
    """The log that `az ml job stream` would show: the job in a few lines."""
    spec, plan, files = ending.spec, ending.plan, receipt.files
    counts = (
        f"{counted(files.scored, 'file')} scored, {files.failed} failed, {files.untried} untried"
    )
    lines = [
        opening(spec),
        *(f"Environment: {note}" for note in spec.resolved.built_environment.notes),
        planned(spec, plan),
        f"Processed {ending.tally.minibatches} of {plan.minibatches} mini-batches: {counts}",
    ]
    if receipt.output is not None:
        output = receipt.output
        lines.append(f"Wrote {output.rows} rows, {output.bytes} bytes, to {output.uri}")
        if output.file_count > 1:
            published = f"Published {counted(output.file_count - 1, 'file')}"
            is_single = spec.settings.output.is_single
            lines.append(f"{published} {'of the script beside it' if is_single else 'there'}")
    lines += [f"Warning: {warning}" for warning in warnings]
    return "\n".join([*lines, verdict(ending, receipt)])


def _clock(span: timedelta) -> str:
    return str(timedelta(seconds=round(span.total_seconds())))
