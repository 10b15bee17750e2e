"""A bundle: the mini-batches of one activity, scored one after the other.

While one mini-batch scores, the files of the next are downloaded. Tries, timeout and count are
each mini-batch's own.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from shared.domain.deployment import RetrySettings
from shared.domain.minibatch import InputFile as PlannedFile
from shared.domain.minibatch import Span
from shared.domain.outcome import FileError, MinibatchReport
from shared.scoring.downloads import Downloads, Fetching
from shared.scoring.spec import FileFailure, InputFile, Scored, ScoringFailed
from shared.scoring.worker import Scorer

# A bundle that turns out long ends here; the orchestrator hands out what it left.
LONGEST_BUNDLE_S = 10.0


@dataclass(frozen=True)
class Bundle:
    """What to score, and how.

    `is_over` says that no further mini-batch is wanted; `note_failures(minibatch, failed_files)`
    hears of each mini-batch after its last try.
    """

    span: Span
    container: str
    files_of: Callable[[int], list[PlannedFile]]
    retry: RetrySettings
    folder: Path
    is_over: Callable[[], bool]
    note_failures: Callable[[int, int], None]


@dataclass
class BundleResult:
    """What was scored of a bundle: `span` is shorter than asked if it ended early."""

    span: Span
    reports: list[MinibatchReport] = field(default_factory=list[MinibatchReport])
    errors: list[FileError] = field(default_factory=list[FileError])
    outputs: list[Path] = field(default_factory=list[Path])
    rows: int = 0
    seconds: float = 0.0

    def take(self, report: MinibatchReport, errors: list[FileError], output: Path | None) -> None:
        self.span = self.span.model_copy(update={"stop": report.index + 1})
        self.reports.append(report)
        self.errors += errors
        self.rows += report.rows
        if output is not None:
            self.outputs.append(output)


@contextmanager
def scored(bundle: Bundle, scorer: Scorer, downloads: Downloads) -> Iterator[BundleResult]:
    """Score the bundle; its output files are there until the context is left."""
    bundle.folder.mkdir(parents=True)
    try:
        yield _Run(bundle, scorer, downloads).run()
    finally:
        shutil.rmtree(bundle.folder, ignore_errors=True)


class _Run:
    def __init__(self, bundle: Bundle, scorer: Scorer, downloads: Downloads) -> None:
        self._bundle = bundle
        self._scorer = scorer
        self._downloads = downloads

    def run(self) -> BundleResult:
        bundle, began = self._bundle, time.monotonic()
        result = BundleResult(span=Span(first=bundle.span.first, stop=bundle.span.first))
        fetching: Fetching | None = None
        try:
            for index in range(bundle.span.first, bundle.span.stop):
                is_long = index > bundle.span.first and _since(began) > LONGEST_BUNDLE_S
                if is_long or bundle.is_over():
                    break
                current = fetching or self._fetch(index)
                fetching = self._fetch(index + 1) if index + 1 < bundle.span.stop else None
                self._score(index, current, result)
        finally:
            if fetching is not None:
                fetching.drop()
        result.seconds = _since(began)
        return result

    def _fetch(self, index: int) -> Fetching:
        files = self._bundle.files_of(index)
        return self._downloads.start(self._bundle.container, files, self._inputs(index))

    def _score(self, index: int, fetching: Fetching, result: BundleResult) -> None:
        files, unread = fetching.wait()
        output = self._bundle.folder / f"{index}.rows"
        report, errors = self._try(index, files, unread, output)
        result.take(report, errors, output if report.rows else None)
        if report.failed_files:
            self._bundle.note_failures(index, report.failed_files)
        shutil.rmtree(self._inputs(index), ignore_errors=True)

    def _try(
        self, index: int, files: list[InputFile], unread: list[FileFailure], output: Path
    ) -> tuple[MinibatchReport, list[FileError]]:
        began = time.monotonic()
        total = len(files) + len(unread)
        scored, failed, tries = self._tries(files, output) if files else (None, None, 1)
        failures = unread + _failures(files, scored, failed)
        succeeded = min(scored.succeeded, len(files)) if scored else 0
        report = MinibatchReport(
            index=index,
            files=total,
            failed_files=total - succeeded,
            rows=scored.rows if scored else 0,
            tries=tries,
            seconds=round(_since(began), 6),
            run_seconds=round(scored.seconds, 6) if scored else 0.0,
            status="done" if scored or failed is None else failed.kind,
        )
        return report, [_error(failure, index, tries) for failure in failures]

    def _tries(
        self, files: list[InputFile], output: Path
    ) -> tuple[Scored | None, ScoringFailed | None, int]:
        """Try until it succeeds or the tries are spent; returns how many there were."""
        retry, tries = self._bundle.retry, 0
        while True:
            tries += 1
            try:
                scored = self._scorer.score(files, output, timeout_s=float(retry.timeout_s))
            except ScoringFailed as failed:
                if tries >= retry.tries:
                    return None, failed, tries
            else:
                return scored, None, tries

    def _inputs(self, index: int) -> Path:
        return self._bundle.folder / f"{index}.files"


def _failures(
    files: list[InputFile], scored: Scored | None, failed: ScoringFailed | None
) -> list[FileFailure]:
    if scored is not None:
        return list(scored.failures)
    if failed is None:
        return []
    return [
        FileFailure(
            name=file.name, stage="score", error_type=failed.error_type, message=str(failed)
        )
        for file in files
    ]


def _error(failure: FileFailure, index: int, attempts: int) -> FileError:
    return FileError(
        file=failure.name,
        stage=failure.stage,
        error_type=failure.error_type,
        message=failure.message,
        mini_batch=index,
        attempts=attempts,
    )


def _since(began: float) -> float:
    return time.monotonic() - began
