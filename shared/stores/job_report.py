"""The job report, in Azure ML's columns: every mini-batch, and sums by process and by node."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from shared.domain.outcome import FileError, MinibatchReport
from shared.stores.results import Record

MINIBATCH_COLUMNS = (
    "Mini-batch Id",
    "Picked Count",
    "Process",
    "Start Time",
    "Total",
    "Succeeded",
    "Failed",
    "Elapsed Seconds",
    "Process Seconds",
    "Run Method Seconds",
    "Status",
    "Error Category",
    "Error Message",
    "Mini-batch Detail",
    "Rows",
)
SUM_COLUMNS = (
    "Mini-batches",
    "Total",
    "Succeeded",
    "Failed",
    "Elapsed Seconds",
    "Run Method Seconds",
)
STATUSES = {
    "done": "RUN_DONE",
    "exception": "RUN_EXCEPTION",
    "timeout": "RUN_TIMEOUT",
    "died": "RUN_EXCEPTION",
}
LONGEST_MESSAGE = 500
# Different reasons that the summary has; errors.jsonl has them all.
MOST_REASONS = 50


@dataclass
class _Sum:
    minibatches: int = 0
    files: int = 0
    failed: int = 0
    seconds: float = 0.0
    run_seconds: float = 0.0

    def add(self, report: MinibatchReport) -> None:
        self.minibatches += 1
        self.files += report.files
        self.failed += report.failed_files
        self.seconds += report.seconds
        self.run_seconds += report.run_seconds

    @property
    def columns(self) -> tuple[object, ...]:
        succeeded = self.files - self.failed
        seconds = round(self.seconds, 3), round(self.run_seconds, 3)
        return (self.minibatches, self.files, succeeded, self.failed, *seconds)


@dataclass
class JobReport:
    """Lines of the report, and what they add up to: small, however long the job was."""

    processes: dict[str, _Sum] = field(default_factory=dict[str, _Sum])
    nodes: dict[str, _Sum] = field(default_factory=dict[str, _Sum])
    reasons: dict[str, tuple[int, FileError, str]] = field(
        default_factory=dict[str, tuple[int, FileError, str]]
    )

    def minibatches(self, records: Iterable[Record]) -> Iterator[bytes]:
        yield _line(MINIBATCH_COLUMNS)
        for record in records:
            first: dict[int, FileError] = {}
            for error in record.errors:
                first.setdefault(error.mini_batch, error)
                self._count(error, record.process)
            for report in record.reports:
                self._add(record.process, report)
                yield _line(_columns(report, record.process, first.get(report.index)))

    def by_process(self) -> bytes:
        return _sums("Process", self.processes)

    def by_node(self) -> bytes:
        return _sums("Node", self.nodes)

    def errors(self) -> bytes:
        """Each reason once, with how often it was met and where to read on; empty without any."""
        blocks = [
            f"{count} x {message}\n"
            f"    first: mini-batch {error.mini_batch} {error.file}, "
            f"see logs/user/error/{process}.txt\n"
            for message, (count, error, process) in self.reasons.items()
        ]
        return "".join(blocks).encode()

    def _add(self, process: str, report: MinibatchReport) -> None:
        self.processes.setdefault(process, _Sum()).add(report)
        self.nodes.setdefault(process.partition("/")[0], _Sum()).add(report)

    def _count(self, error: FileError, process: str) -> None:
        reason = _brief(error.summary)
        if reason in self.reasons:
            count, first, where = self.reasons[reason]
            self.reasons[reason] = (count + 1, first, where)
        elif len(self.reasons) < MOST_REASONS:
            self.reasons[reason] = (1, error, process)


def _columns(report: MinibatchReport, process: str, error: FileError | None) -> tuple[object, ...]:
    return (
        report.index,
        report.tries,
        process,
        report.started_at.isoformat() if report.started_at else "",
        report.files,
        report.files - report.failed_files,
        report.failed_files,
        report.seconds,
        report.seconds,
        report.run_seconds,
        STATUSES.get(report.status, report.status),
        error.error_type if error else "",
        _brief(error.message) if error else "",
        error.file if error else "",
        report.rows,
    )


def _sums(noun: str, sums: dict[str, _Sum]) -> bytes:
    lines = [(noun, *SUM_COLUMNS), *((name, *sums[name].columns) for name in sorted(sums))]
    return b"".join(map(_line, lines))


def _brief(message: str) -> str:
    return " ".join(message.split())[:LONGEST_MESSAGE]


def _line(values: Iterable[object]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue().encode()
