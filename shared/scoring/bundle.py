"""A bundle: the mini-batches of one activity, scored one after the other.

While one mini-batch scores, the files of the next ones are downloaded. Tries, timeout and count are
each mini-batch's own.
"""

import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from shared.domain.deployment import RetrySettings
from shared.domain.minibatch import InputFile as PlannedFile
from shared.domain.minibatch import Span
from shared.domain.outcome import INFERRED, KNOWN, FileError, MinibatchReport
from shared.scoring.attempts import Attempted, Attempts, Part
from shared.scoring.downloads import Downloads, Fetching
from shared.scoring.originals import Originals
from shared.scoring.side_outputs import SideFile
from shared.scoring.spec import FileFailure, InputFile, Scored, ScoringStopped
from shared.scoring.worker import Scorer

# A bundle that turns out long ends here; the orchestrator hands out what it left.
LONGEST_BUNDLE_S = 10.0
# Mini-batches whose files are on the disk or on their way, with the one that scores.
AHEAD = 4
NAMES_SHOWN = 5


@dataclass(frozen=True)
class Bundle:
    """What to score, and how.

    `isolates` has a mini-batch that failed its last try halved until its bad files stand alone;
    `keeps_side_files` keeps what a script writes beside its rows.
    `is_over` says that no further mini-batch is wanted; `note_failures(minibatch, failed_files)`
    hears of each mini-batch after its last try.
    """

    span: Span
    container: str
    files_of: Callable[[int], list[PlannedFile]]
    retry: RetrySettings
    isolates: bool
    keeps_side_files: bool
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
    side_files: list[SideFile] = field(default_factory=list[SideFile])
    rows: int = 0
    seconds: float = 0.0

    def take(self, report: MinibatchReport, errors: list[FileError], outputs: list[Path]) -> None:
        self.span = self.span.model_copy(update={"stop": report.index + 1})
        self.reports.append(report)
        self.errors += errors
        self.rows += report.rows
        self.outputs += outputs


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
        ahead: deque[Fetching] = deque()
        indices = iter(range(bundle.span.first, bundle.span.stop))
        try:
            for index in range(bundle.span.first, bundle.span.stop):
                is_long = index > bundle.span.first and _since(began) > LONGEST_BUNDLE_S
                if is_long or bundle.is_over():
                    break
                ahead.extend(self._fetch(next_) for next_ in islice(indices, AHEAD - len(ahead)))
                self._score(index, ahead.popleft(), result)
        except ScoringStopped:
            pass  # the mini-batch under way was not scored; those before it were
        finally:
            for fetching in ahead:
                fetching.drop()
        result.seconds = _since(began)
        return result

    def _fetch(self, index: int) -> Fetching:
        files = self._bundle.files_of(index)
        return self._downloads.start(self._bundle.container, files, self._inputs(index))

    def _score(self, index: int, fetching: Fetching, result: BundleResult) -> None:
        files, unread = fetching.wait()
        began = time.monotonic()
        attempted = Attempted([], tries=1)
        if files:
            attempted = self._attempt(index, files, fetching.planned)
        errors = [_error(failure, index, 1) for failure in unread]
        errors += [error for part in attempted.parts for error in _errors(part, index, attempted)]
        report = _report(index, len(files) + len(unread), attempted, _since(began))
        outputs = [part.scored.output for part in attempted.parts if part.scored]
        result.take(report, errors, outputs)
        for part in attempted.parts:
            result.side_files += part.scored.side_files if part.scored else ()
        if report.failed_files:
            self._bundle.note_failures(index, report.failed_files)
        shutil.rmtree(self._inputs(index), ignore_errors=True)

    def _attempt(
        self, index: int, files: list[InputFile], planned: Mapping[Path, PlannedFile]
    ) -> Attempted:
        retry = self._bundle.retry

        originals = Originals(files)

        def score(some: list[InputFile], output: Path) -> Scored:
            for altered in originals.altered():
                self._downloads.again(self._bundle.container, planned[altered.path], altered.path)
            side = output.with_suffix(".side") if self._bundle.keeps_side_files else None
            limit = float(retry.timeout_s)
            return self._scorer.score(some, output, timeout_s=limit, side=side)

        output = self._bundle.folder / f"{index}.rows"
        attempts = Attempts(score, output, isolates=self._bundle.isolates)
        return attempts.all(files, retry)

    def _inputs(self, index: int) -> Path:
        return self._bundle.folder / f"{index}.files"


def _report(index: int, files: int, attempted: Attempted, seconds: float) -> MinibatchReport:
    scored = [part.scored for part in attempted.parts if part.scored]
    succeeded = sum(
        min(part.scored.succeeded, len(part.files)) for part in attempted.parts if part.scored
    )
    kinds = [part.failed.kind for part in attempted.parts if part.failed]
    return MinibatchReport(
        index=index,
        files=files,
        failed_files=files - succeeded,
        rows=sum(one.rows for one in scored),
        tries=attempted.tries,
        seconds=round(seconds, 6),
        run_seconds=round(sum(one.seconds for one in scored), 6),
        status=kinds[0] if kinds else "done",
    )


def _errors(part: Part, index: int, attempted: Attempted) -> Iterator[FileError]:
    """A line for each file that failed, or for the shortfall of a run that returned too little."""
    if part.scored is not None:
        for failure in part.scored.failures:
            yield _error(failure, index, attempted.tries)
        missing = len(part.files) - part.scored.succeeded - len(part.scored.failures)
        if missing > 0:
            yield _shortfall(part, missing, index, attempted.tries)
    elif part.failed is not None:
        for file in part.files:
            yield FileError(
                file=file.name,
                stage="score",
                error_type=part.failed.error_type,
                message=str(part.failed),
                mini_batch=index,
                attempts=attempted.tries,
                certainty=KNOWN if part.is_known else INFERRED,
            )


def _shortfall(part: Part, missing: int, index: int, attempts: int) -> FileError:
    count, given = len(part.files) - missing, len(part.files)
    return FileError(
        file=part.files[0].name if given == 1 else "",
        stage="score",
        error_type="TooFewElements",
        message=f"run() returned {count} elements for {given} files, so {missing} files failed. "
        f"Return one element for each file. The files: {_names(part.files)}",
        mini_batch=index,
        attempts=attempts,
        certainty=KNOWN if given == 1 else INFERRED,
    )


def _names(files: list[InputFile]) -> str:
    more = f" and {len(files) - NAMES_SHOWN} more" if len(files) > NAMES_SHOWN else ""
    return ", ".join(file.name for file in files[:NAMES_SHOWN]) + more


def _error(failure: FileFailure, index: int, attempts: int) -> FileError:
    return FileError(
        file=failure.name,
        stage=failure.stage,
        error_type=failure.error_type,
        message=failure.message,
        mini_batch=index,
        attempts=attempts,
        certainty=KNOWN,
    )


def _since(began: float) -> float:
    return time.monotonic() - began
