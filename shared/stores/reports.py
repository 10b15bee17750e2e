"""What an ended job leaves beside its predictions: receipt, errors by file, and logs.

The logs' names are Azure ML's (`logs/job_result.txt`, `user_logs/std_log_0.txt`, ...), so that who
knows where to look there finds it here. The short ones are published a second time, where the
official client downloads a run's artifacts from.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice

from shared.domain.datastore import ARTIFACT_CONTAINER
from shared.domain.job import Ending, JobSpec, JobStatus
from shared.domain.minibatch import Span
from shared.domain.outcome import FileError, MinibatchReport
from shared.domain.receipt import Receipt
from shared.domain.redaction import redacted
from shared.domain.story import opening, planned
from shared.ports import Blobs
from shared.stores.blocks import in_blocks
from shared.stores.jobs import CONTAINER
from shared.stores.results import Damaged, Results, Summary

RECEIPT, ERRORS, LOGS = "receipt.json", "errors.jsonl", "logs"
JOB_RESULT, STD_LOG = f"{LOGS}/job_result.txt", "user_logs/std_log_0.txt"
REPORT = f"{LOGS}/sys/job_report/processed_mini-batches.csv"
OVERVIEW, READ_ME = f"{LOGS}/job_progress_overview.txt", f"{LOGS}/readme.txt"
USER_ERROR = f"{LOGS}/user/error.txt"
STDOUT, ERROR = f"{LOGS}/user/stdout", f"{LOGS}/user/error"
ERRORS_SHOWN = 50
ABOUT_THE_LOGS = """\
job_result.txt                              how the job ended, and why
job_progress_overview.txt                   how many mini-batches and files were processed
user/error.txt                              the first errors; ../errors.jsonl has all of them
user/error/<mini-batches>.txt               why the model could not be loaded, whole
user/stdout/<mini-batches>.txt              what the scoring script printed
sys/job_report/processed_mini-batches.csv   a line for each mini-batch
"""
COLUMNS = (
    "Mini-batch Id",
    "Total",
    "Failed",
    "Rows",
    "Tries",
    "Elapsed Seconds",
    "Run Method Seconds",
    "Status",
)


class Reports:
    """Thread-safe. Writing the reports of a job again writes the same."""

    def __init__(self, blobs: Blobs, results: Results) -> None:
        self._blobs = blobs
        self._results = results

    def write(self, ending: Ending, receipt: Receipt) -> None:
        """Write every report; raises Damaged when a completed job's summary is missing."""
        job = ending.spec.name
        self._stream(job, ERRORS, _error_lines(self._summaries(ending)))
        self._stream(job, REPORT, _report_lines(self._summaries(ending)))
        self._text(job, RECEIPT, json.dumps(receipt.to_wire(), indent=2) + "\n")
        logs = {
            READ_ME: ABOUT_THE_LOGS,
            OVERVIEW: _processed(ending, receipt) + "\n",
            USER_ERROR: _first_errors(self._summaries(ending)),
            JOB_RESULT: _verdict(ending, receipt),
            STD_LOG: _story(ending, receipt),
        }
        for name, text in logs.items():
            self._text(job, name, text)
            self._publish(ending.spec, name, text)

    def keep_output(self, spec: JobSpec, span: Span, printed: bytes) -> None:
        """Keep what the scripts of one bundle printed."""
        if printed:
            name = f"{spec.name}/{STDOUT}/{span.first:09d}-{span.stop:09d}.txt"
            self._blobs.write(CONTAINER, name, redacted(printed), content_type="text/plain")

    def keep_traceback(self, spec: JobSpec, span: Span, text: str) -> None:
        """Keep why the model could not be loaded, whole."""
        name = f"{spec.name}/{ERROR}/{span.first:09d}-{span.stop:09d}.txt"
        told = redacted(text.encode(errors="replace"))
        self._blobs.write(CONTAINER, name, told, content_type="text/plain")

    def _summaries(self, ending: Ending) -> Iterator[Summary]:
        for shard in range(ending.closed_shards):
            try:
                yield self._results.summary(ending.spec.name, shard)
            except Damaged:
                if ending.status is JobStatus.COMPLETED:
                    raise

    def _text(self, job: str, name: str, text: str) -> None:
        kind = "application/json" if name.endswith(".json") else "text/plain"
        self._blobs.write(CONTAINER, f"{job}/{name}", text.encode(), content_type=kind)

    def _publish(self, spec: JobSpec, name: str, text: str) -> None:
        path = f"ExperimentRun/dcid.{spec.child}/{name}"
        self._blobs.write(ARTIFACT_CONTAINER, path, text.encode(), content_type="text/plain")

    def _stream(self, job: str, name: str, lines: Iterable[bytes]) -> None:
        blocks = list[str]()
        for block in in_blocks(lines):
            blocks.append(f"{len(blocks):08d}")
            self._blobs.stage(CONTAINER, f"{job}/{name}", blocks[-1], block)
        self._blobs.commit(CONTAINER, f"{job}/{name}", blocks, content_type="text/plain")


def _error_lines(summaries: Iterable[Summary]) -> Iterator[bytes]:
    for summary in summaries:
        for record in summary.records:
            for error in record.errors:
                yield _error_line(error)


def _error_line(error: FileError) -> bytes:
    return (json.dumps(error.to_wire(), ensure_ascii=False) + "\n").encode()


def _first_errors(summaries: Iterable[Summary]) -> str:
    errors = (error for one in summaries for record in one.records for error in record.errors)
    shown = list(islice(errors, ERRORS_SHOWN + 1))
    lines = [
        f"{error.file or f'mini-batch {error.mini_batch}'}: {error.error_type}: {error.message}\n"
        for error in shown[:ERRORS_SHOWN]
    ]
    return "".join([*lines, f"More: see {ERRORS}\n"] if shown[ERRORS_SHOWN:] else lines)


def _report_lines(summaries: Iterable[Summary]) -> Iterator[bytes]:
    yield _csv_line(COLUMNS)
    for summary in summaries:
        for record in summary.records:
            for report in record.reports:
                yield _csv_line(_columns(report))


def _columns(report: MinibatchReport) -> tuple[object, ...]:
    return (
        report.index,
        report.files,
        report.failed_files,
        report.rows,
        report.tries,
        report.seconds,
        report.run_seconds,
        report.status,
    )


def _csv_line(values: Iterable[object]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue().encode()


def _verdict(ending: Ending, receipt: Receipt) -> str:
    reason = f"\n{ending.reason}" if ending.reason else ""
    return f"The job {ending.spec.name} is {ending.status}. Receipt: {receipt.verdict}.{reason}\n"


def _processed(ending: Ending, receipt: Receipt) -> str:
    files = receipt.files
    counts = f"{files.scored} files scored, {files.failed} failed, {files.untried} untried"
    return (
        f"Processed {ending.tally.minibatches} of {ending.plan.minibatches} mini-batches: {counts}"
    )


def _story(ending: Ending, receipt: Receipt) -> str:
    """The log that `az ml job stream` would show: the job in a few lines."""
    spec = ending.spec
    lines = [opening(spec), planned(spec, ending.plan), _processed(ending, receipt)]
    if receipt.output is not None:
        output = receipt.output
        lines.append(f"Wrote {output.rows} rows, {output.bytes} bytes, to {output.uri}")
    return "\n".join([*lines, _verdict(ending, receipt)])
