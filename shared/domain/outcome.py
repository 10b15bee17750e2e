"""What became of mini-batches: one bundle's outcome, and the tally of many."""

from typing import Self

from pydantic import AwareDatetime

from shared.domain.message import Message
from shared.domain.minibatch import Span
from shared.domain.redaction import RedactedText

# A file that was scored alone, or named itself, is known to be bad; one that only shared a run with
# a bad one is inferred.
KNOWN, INFERRED = "known", "inferred"


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
    `waited` that before it, for its files to be downloaded.
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


class Tally(Message):
    """Counts so far, over a job or a part of it. Sums of outcomes, so order does not matter."""

    files: int = 0
    failed_files: int = 0
    minibatches: int = 0
    failed_minibatches: int = 0
    rows: int = 0
    retries: int = 0
    seconds: float = 0.0

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
            )
        )

    def plus(self, other: "Tally") -> Self:
        sums = {key: getattr(self, key) + getattr(other, key) for key in type(self).model_fields}
        return self.model_copy(update=sums)

    @property
    def seconds_per_minibatch(self) -> float | None:
        """Mean time of one mini-batch in its activity; None before the first was measured."""
        return self.seconds / self.minibatches if self.minibatches else None
