"""A bundle: the mini-batches of one activity, scored one after the other.

While one mini-batch scores, the files of the next ones are downloaded. Tries, timeout and count are
each mini-batch's own.
"""

import shutil
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from shared.domain.deployment import RetrySettings
from shared.domain.minibatch import BRISK_S, PlannedFile, Span
from shared.domain.side_names import SideNames
from shared.scoring.bundle.attempts import Attempted, Attempts, output_of
from shared.scoring.bundle.bundle_result import BundleResult
from shared.scoring.bundle.downloads import Downloads, Fetching
from shared.scoring.bundle.failures import error_of, errors_of, failed_tries, in_piece, tracebacks
from shared.scoring.bundle.minibatch_report import Clock, report_of
from shared.scoring.bundle.originals import Originals
from shared.scoring.bundle.safe_paths import make_way
from shared.scoring.scorer.output_log import Printed
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer_spec import (
    FileFailure,
    InitFailed,
    LocalFile,
    RowsAsked,
    Scored,
    ScoringStopped,
)
from shared.scoring.side_files.side_folder import ANY

# A bundle that turns out long ends here; the orchestrator hands out what it left.
LONGEST_BUNDLE_S = 10.0
# Mini-batches whose files are on the disk or on their way, with the one that scores.
AHEAD = 4


@dataclass(frozen=True)
class Bundle:
    """What to score, and how.

    `isolates` has a mini-batch that failed its last try halved until its bad files stand alone;
    `side_names` are those of the files that a script may write beside its rows; None: it has none.
    `is_over()` says that no further mini-batch is wanted, and `must_yield(held, left)` that
    somebody waits: the bundle has had its scorer for so many seconds, and has work left for so many
    more. `note_failures(minibatch, failed_files)` is called for each mini-batch after its last try.
    `rows_asked()` says how a try writes its rows.
    """

    span: Span
    container: str
    files_of: Callable[[int], list[PlannedFile]]
    retry: RetrySettings
    isolates: bool
    side_names: SideNames | None
    is_over: Callable[[], bool]
    note_failures: Callable[[int, int], None]
    must_yield: Callable[[float, float], bool] = lambda _, __: False
    rows_asked: Callable[[], RowsAsked] = RowsAsked


@contextmanager
def score_bundle(
    bundle: Bundle, scorer: Scorer, downloads: Downloads, keep_printed: Callable[[Printed], None]
) -> Iterator[BundleResult]:
    """Score the bundle; its output files are there until the context is left.

    `keep_printed` is given what the script prints, in between if it is much.
    """
    name = f"{bundle.span.first}-{uuid.uuid4().hex[:8]}"
    work, results = scorer.workplace.work / name, scorer.workplace.results / name
    results.mkdir()
    try:
        run = _Run(bundle, scorer, downloads, work, results, keep_printed)
        try:
            yield run.run()
        finally:
            keep_printed(scorer.drain_logs())
    finally:
        for folder in (work, results):
            shutil.rmtree(folder, ignore_errors=True)


class _Run:
    def __init__(
        self,
        bundle: Bundle,
        scorer: Scorer,
        downloads: Downloads,
        work: Path,
        results: Path,
        keep_printed: Callable[[Printed], None],
    ) -> None:
        self._bundle = bundle
        self._scorer = scorer
        self._downloads = downloads
        self._work = work
        self._results = results
        self._keep_printed = keep_printed
        self._indices = iter(range(bundle.span.first, bundle.span.stop))
        self._ahead = deque[Fetching]()
        self._scored = list[Fetching]()
        self._began, self._at = time.monotonic(), bundle.span.first
        self._may_ask_ahead = False
        self._rows_ahead = RowsAsked.USUAL

    def run(self) -> BundleResult:
        bundle, conversation = self._bundle, self._scorer.conversation
        result = BundleResult(span=Span(first=bundle.span.first, stop=bundle.span.first))
        conversation.meanwhile = self._prepare_next
        try:
            for self._at in range(bundle.span.first, bundle.span.stop):
                is_begun = self._at == bundle.span.first or conversation.has_asked_ahead
                if bundle.is_over() or (self._has_had_its_turn() and not is_begun):
                    break
                if not self._ahead:
                    self._fetch_ahead(AHEAD)
                self._score(self._at, self._ahead.popleft(), result)
        except ScoringStopped:
            pass  # the mini-batch under way was not scored; those before it were
        except InitFailed:
            if not result.reports:  # else the next activity finds out what it means
                raise
        finally:
            with suppress(ScoringStopped):
                conversation.rest()
            for fetching in self._ahead:
                fetching.drop()
        result.seconds = _since(self._began)
        return result

    def _has_had_its_turn(self) -> bool:
        seconds, span = _since(self._began), self._bundle.span
        left = (span.stop - self._at) / max(1, self._at - span.first) * seconds
        if self._scorer.exit.may_write:
            left = 0.0  # another process may have begun its files with later mini-batches
        return seconds > LONGEST_BUNDLE_S or self._bundle.must_yield(seconds, left)

    def _prepare_next(self) -> None:
        """While the process scores: so it waits for neither files to come nor files to go."""
        self._fetch_ahead(AHEAD - 1)
        if self._may_ask_ahead and self._ahead and self._ahead[0].is_done:
            self._ask_ahead(self._at + 1, *self._ahead[0].wait())
        for fetching in self._scored:
            fetching.remove()
        self._scored.clear()

    def _fetch_ahead(self, most: int) -> None:
        for index in islice(self._indices, most - len(self._ahead)):
            files, folder = self._bundle.files_of(index), self._work / f"{index}.files"
            self._ahead.append(self._downloads.start(self._bundle.container, files, folder))

    def _ask_ahead(self, index: int, files: list[LocalFile], unread: list[FileFailure]) -> None:
        """Have the process go on with the next mini-batch at once, if nothing speaks against it."""
        is_plain = not (unread or Originals(files).altered()) and self._work.is_dir()
        if is_plain and not (self._has_had_its_turn() or self._bundle.is_over()):
            output, limit = output_of(self._rows(index), 0), float(self._bundle.retry.timeout_s)
            self._rows_ahead = self._bundle.rows_asked()
            self._scorer.ask_ahead(files, output, self._rows_ahead, index, limit)

    def _rows(self, index: int) -> Path:
        return self._work / f"{index}.rows"

    def _score(self, index: int, fetching: Fetching, result: BundleResult) -> None:
        asked = time.monotonic()
        files, unread = fetching.wait()
        began, started_at = time.monotonic(), datetime.now(UTC)
        attempted = Attempted([], tries=1)
        if files:
            attempted = self._attempt(index, files, fetching)
        errors = [error_of(failure, index, 1) for failure in unread]
        errors += [
            error for part in attempted.groups for error in errors_of(part, index, attempted)
        ]
        errors = [in_piece(error, fetching.piece) for error in errors]
        clock = Clock(started_at, began - asked, _since(began))
        report = report_of(index, len(files) + len(unread), attempted, clock, fetching.piece)
        result.tries += failed_tries(attempted, index)
        result.note_tracebacks(tracebacks(attempted.groups, errors))
        result.take(report, errors, [part.scored for part in attempted.groups if part.scored])
        if report.failed_files:
            self._bundle.note_failures(report.file_mark, report.failed_files)
        self._scored.append(fetching)
        is_well = attempted.tries == 1 and not report.failed_files
        # Only where, if it is in vain, little is lost, and run() leaves nothing behind: one that
        # nobody wants after all is as if it was not.
        self._may_ask_ahead = (
            self._scorer.spec.is_stateless and is_well and report.run_seconds < BRISK_S
        )
        if self._scorer.logs.are_much:
            self._keep_printed(self._scorer.drain_logs())

    def _attempt(self, index: int, files: list[LocalFile], fetching: Fetching) -> Attempted:
        retry = self._bundle.retry
        originals = Originals(files)

        def score(some: list[LocalFile], output: Path) -> Scored:
            is_first = output == output_of(self._rows(index), 0)
            self._may_ask_ahead = self._may_ask_ahead and is_first
            is_begun = is_first and self._scorer.conversation.has_asked_ahead
            if not is_begun:
                for altered in originals.altered():
                    self._downloads.download_again(self._bundle.container, fetching, altered)
                if not self._work.is_dir():
                    make_way(output, self._work)
            names = self._bundle.side_names
            side = self._results / f"{output.name}.side" if names else None
            limit = float(retry.timeout_s)
            scored = self._scorer.score(
                some,
                output,
                timeout_s=limit,
                minibatch=index,
                side=side,
                names=names or ANY,
                rows=self._rows_ahead if is_begun else self._bundle.rows_asked(),
            )
            return replace(scored, output=self._keep(output))

        attempts = Attempts(score, self._rows(index), isolates=self._bundle.isolates)
        return attempts.run(files, retry)

    def _keep(self, output: Path) -> Path:
        """What is scored is scored: no later run() of the script can change it."""
        return output.rename(self._results / output.name)


def _since(began: float) -> float:
    return time.monotonic() - began
