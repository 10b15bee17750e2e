"""What an ended job leaves beside its predictions: receipt, errors by file, and logs.

The logs' names are Azure ML's (`logs/job_result.txt`, `user_logs/std_log_0.txt`, ...), so that who
knows where to look there finds it here. The short ones are published a second time, where the
official client downloads a run's artifacts from.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import wait
from datetime import UTC, datetime

from shared.domain.datastore import ARTIFACT_CONTAINER
from shared.domain.errors import BlocksMissing
from shared.domain.job import Ending, JobSpec, JobState, JobStatus
from shared.domain.outcome import FileError
from shared.domain.plan import Plan
from shared.domain.receipt import FileList, PublishedFile, Receipt, write_file
from shared.ports import Blobs
from shared.stores import job_logs
from shared.stores.blocks import CountedBytes, in_blocks
from shared.stores.content_types import JSON_TYPE, TEXT_TYPE
from shared.stores.job_report import JobReport
from shared.stores.jobs import CONTAINER
from shared.stores.results import Damaged, Record, Results

RECEIPT, ERRORS, LOGS = "receipt.json", "errors.jsonl", job_logs.LOGS
OUTPUT_FILES = "output_files.jsonl"
# A person reads the receipt; it has some 200 bytes for each file.
MOST_LISTED = 1_000
# Characters of one file's error in the job's own: errors.jsonl has it whole.
LONGEST_FIRST = 1_000
JOB_REPORT = f"{LOGS}/sys/job_report"


class Reports:
    """Thread-safe. Writing the reports of a job again writes the same."""

    def __init__(self, blobs: Blobs, results: Results) -> None:
        self._blobs = blobs
        self._results = results

    def write_progress(self, spec: JobSpec, shard: int, plan: Plan, state: JobState) -> None:
        """A line in the overview for each closed shard, under the shard's own block."""
        line = job_logs.processed(plan, state.tally, state.scoring_since, datetime.now(UTC))
        entry = line if shard else job_logs.scheduled(spec, plan) + line
        name = f"{spec.name}/{job_logs.overview_name(spec)}"
        self._blobs.stage(CONTAINER, name, f"{shard:06d}", entry.encode())
        blocks = [f"{one:06d}" for one in range(shard + 1)]
        try:
            self._blobs.commit(CONTAINER, name, blocks, content_type=TEXT_TYPE)
        except BlocksMissing:  # the store lost earlier lines: those that come say as much
            return

    def explained(self, ending: Ending) -> Ending:
        """A job that failed by its files says at once what was wrong with the first of them."""
        if ending.status is not JobStatus.FAILED or not ending.tally.failed_files:
            return ending
        errors = (error for record in self._records(ending) for error in record.errors)
        error = next(errors, None)
        if error is None:
            return ending
        of = f" of '{error.file}'" if error.file else ""
        first = f"The first failure, in mini-batch {error.mini_batch}{of}: {error.summary}"
        reason = f"{ending.reason} {' '.join(first.split())[:LONGEST_FIRST]}"
        return ending.model_copy(update={"reason": reason})

    def list_files(
        self, job: str, files: Sequence[PublishedFile]
    ) -> tuple[list[PublishedFile], FileList | None]:
        """The files as the receipt has them: all, or the list that was written of them."""
        if len(files) <= MOST_LISTED:
            return list(files), None
        lines = CountedBytes(
            (json.dumps(write_file(file), ensure_ascii=False) + "\n").encode() for file in files
        )
        self._write_lines(job, OUTPUT_FILES, lines)
        return [], FileList(name=OUTPUT_FILES, bytes=lines.size, sha256=lines.sha256)

    def write(self, ending: Ending, receipt: Receipt, warnings: Sequence[str]) -> None:
        """Write every report; raises Damaged when a completed job's summary is missing."""
        job, report = ending.spec.name, JobReport()
        self._write_lines(job, ERRORS, _error_lines(self._records(ending)))
        lines = report.minibatches(self._records(ending))
        self._write_lines(job, f"{JOB_REPORT}/processed_mini-batches.csv", lines)
        tables = {
            f"{JOB_REPORT}/process_summary.csv": report.by_process(),
            f"{JOB_REPORT}/node_summary.csv": report.by_node(),
            RECEIPT: receipt_text(receipt),
        }
        texts = {
            job_logs.ERROR_SUMMARY: report.errors(),
            job_logs.job_error_name(ending.spec): job_logs.error(ending).encode(),
            job_logs.README: job_logs.LAYOUT.encode(),
            job_logs.JOB_RESULT: job_logs.verdict(ending, receipt).encode(),
            job_logs.STD_LOG: job_logs.overview_text(ending, receipt, warnings).encode(),
        }
        published = f"ExperimentRun/dcid.{ending.spec.child}"
        self._write_texts(
            {(CONTAINER, f"{job}/{name}"): text for name, text in {**tables, **texts}.items()}
            | {(ARTIFACT_CONTAINER, f"{published}/{name}"): text for name, text in texts.items()}
        )

    def _records(self, ending: Ending) -> Iterator[Record]:
        for shard in range(ending.closed_shards):
            try:
                yield from self._results.summary(ending.spec.name, shard).records
            except Damaged:
                if ending.status is JobStatus.COMPLETED:
                    raise

    def _write_texts(self, texts: Mapping[tuple[str, str], bytes]) -> None:
        """By container and name, side by side; a text with nothing in it is left out.

        None of them is still on its way when this returns, or raises what one of them raised: a
        later try of the same step must be the last to write.
        """
        writes = [
            self._results.readers.submit(self._write_text, container, name, text)
            for (container, name), text in texts.items()
            if text
        ]
        wait(writes)
        for write in writes:
            write.result()

    def _write_text(self, container: str, name: str, text: bytes) -> None:
        kind = JSON_TYPE if name.endswith(".json") else TEXT_TYPE
        self._blobs.write(container, name, text, content_type=kind)

    def _write_lines(self, job: str, name: str, lines: Iterable[bytes]) -> None:
        blocks = list[str]()
        for block in in_blocks(lines):
            blocks.append(f"{len(blocks):08d}")
            self._blobs.stage(CONTAINER, f"{job}/{name}", blocks[-1], block)
        self._blobs.commit(CONTAINER, f"{job}/{name}", blocks, content_type=TEXT_TYPE)


def receipt_text(receipt: Receipt) -> bytes:
    return f"{json.dumps(receipt.to_wire(), indent=2)}\n".encode()


def _error_lines(records: Iterable[Record]) -> Iterator[bytes]:
    for record in records:
        for error in record.errors:
            yield _error_line(error)


def _error_line(error: FileError) -> bytes:
    return (json.dumps(error.to_wire(), ensure_ascii=False) + "\n").encode()
