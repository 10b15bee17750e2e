"""What became of mini-batches: one bundle's outcome, and the tally of many."""

from collections.abc import Sequence
from typing import Self

from pydantic import AwareDatetime, Field

from shared.domain.message import Message
from shared.domain.minibatch import Span
from shared.domain.redaction import RedactedText

# A file that was scored alone, or named itself, is known to be bad; one that only shared a run with
# a bad one is inferred.
KNOWN, INFERRED = "known", "inferred"

type Marks = list[int]
NO_MARKS: Marks = Field(default_factory=list[int], exclude_if=lambda marks: not marks)


class FileError(Message):
    """One file that did not give its rows, and why: a line of errors.jsonl.

    `file` is empty where a run returned too few elements for its files, and which of them failed
    is not known; the message names them. `where` is the innermost line of the script's own that
    raised it, such as `score.py:12 in run`, as far as there is one.
    """

    file: str
    stage: str
    error_type: str
    message: RedactedText
    mini_batch: int
    attempts: int
    certainty: str
    where: str = ""

    @property
    def summary(self) -> str:
        """Its type and its message, which may begin with the type already."""
        is_said = self.message.partition(":")[0] == self.error_type
        return self.message if is_said else f"{self.error_type}: {self.message}"


class MinibatchReport(Message):
    """One mini-batch, as the job report has it.

    `seconds` is its time over all tries, `run_seconds` that of the run() that counted, and
    `waited` that before it, for its files to be downloaded. Of a file that is split it is piece
    number `piece` of `pieces`.
    """

    index: int
    files: int
    failed_files: int
    rows: int
    tries: int
    seconds: float
    run_seconds: float
    status: str
    started_at: AwareDatetime | None = None
    waited: float = 0.0
    piece: int = Field(default=0, exclude_if=lambda piece: not piece)
    pieces: int = Field(default=0, exclude_if=lambda pieces: not pieces)

    @property
    def file_mark(self) -> int:
        """The mini-batch of its file's first piece: what a file that is split goes by."""
        return self.index - self.piece


class FailedTry(Message):
    """One run() of a whole mini-batch that failed; another may have followed."""

    mini_batch: int
    started_at: AwareDatetime
    seconds: float
    kind: str
    error_type: str
    message: RedactedText


class Load(Message):
    """One start of a scorer's process, with its init()."""

    started_at: AwareDatetime
    seconds: float


class Segment(Message):
    """The rows of one bundle inside its shard's part: `bytes` long, digest `sha256`."""

    span: Span
    rows: int
    bytes: int
    sha256: str
    blocks: int


class Outcome(Message):
    """What one activity did of its bundle; small, because it crosses the history.

    `span` is what was really done: it is shorter than what was asked when the activity stopped
    early, because it seemed that the threshold was passed, or time was up. `seconds` is its wall
    time, without waiting for a scorer. `record` names the blob with reports, errors and segment.
    `fatal` says why no mini-batch can be scored at all (init() failed), `is_canceled` that the job
    was stopped, `is_suspended` that it is to wait, and `is_plan_lost` that the plan's blob is gone.
    `split_done` and `split_failed` are as in `Tally`.
    """

    span: Span
    files: int = 0
    failed_files: int = 0
    failed_minibatches: int = 0
    rows: int = 0
    retries: int = 0
    seconds: float = 0.0
    record: str = ""
    fatal: RedactedText = ""
    is_canceled: bool = False
    is_suspended: bool = False
    is_plan_lost: bool = False
    split_done: Marks = NO_MARKS
    split_failed: Marks = NO_MARKS


class Tally(Message):
    """Counts so far, over a job or a part of it. Sums of outcomes, so order does not matter.

    A file that is split counts once: when its last piece is scored, or as soon as one has failed.
    Whichever bundles its pieces are in, it goes by one mark. `split_done` are the marks of those
    that are counted, `split_failed` of those that failed; both only as far as more may come.
    """

    files: int = 0
    failed_files: int = 0
    minibatches: int = 0
    failed_minibatches: int = 0
    rows: int = 0
    retries: int = 0
    seconds: float = 0.0
    split_done: Marks = NO_MARKS
    split_failed: Marks = NO_MARKS

    @classmethod
    def of(cls, reports: Sequence[MinibatchReport]) -> Self:
        """The counts of these mini-batches; their rows are those that they report."""
        whole = [report for report in reports if not report.pieces]
        pieces = [report for report in reports if report.pieces]
        failed = {report.file_mark for report in pieces if report.failed_files}
        done = failed | {one.file_mark for one in pieces if one.piece == one.pieces - 1}
        return cls(
            files=sum(report.files for report in whole) + len(done),
            failed_files=sum(report.failed_files for report in whole) + len(failed),
            minibatches=len(reports),
            failed_minibatches=sum(report.failed_files > 0 for report in reports),
            rows=sum(report.rows for report in reports),
            retries=sum(report.tries - 1 for report in reports),
            seconds=sum(report.seconds for report in reports),
            split_done=sorted(done),
            split_failed=sorted(failed),
        )

    def after(self, outcome: Outcome) -> Self:
        return self.plus(
            Tally(
                files=outcome.files,
                failed_files=outcome.failed_files,
                minibatches=len(outcome.span),
                failed_minibatches=outcome.failed_minibatches,
                rows=outcome.rows,
                retries=outcome.retries,
                seconds=outcome.seconds,
                split_done=outcome.split_done,
                split_failed=outcome.split_failed,
            )
        )

    def plus(self, other: "Tally") -> Self:
        sums = {key: getattr(self, key) + getattr(other, key) for key in _COUNTS}
        if not (self.split_done or other.split_done):
            return self.model_copy(update=sums)
        done, failed = set(self.split_done), set(self.split_failed)
        sums["files"] -= len(done & set(other.split_done))
        sums["failed_files"] -= len(failed & set(other.split_failed))
        sums["split_done"] = sorted(done | set(other.split_done))
        sums["split_failed"] = sorted(failed | set(other.split_failed))
        return self.model_copy(update=sums)

    def settled(self) -> Self:
        """Of all mini-batches up to some one: only its last file may have more pieces after it."""
        if not self.split_done:
            return self
        last = max(self.split_done)
        failed = [mark for mark in self.split_failed if mark == last]
        return self.model_copy(update={"split_done": [last], "split_failed": failed})

    @property
    def seconds_per_minibatch(self) -> float | None:
        """Mean time of one mini-batch in its activity; None before the first was measured."""
        return self.seconds / self.minibatches if self.minibatches else None


_COUNTS = tuple(key for key in Tally.model_fields if key not in {"split_done", "split_failed"})
