"""A plan: which files a job scores, cut into mini-batches and shards, pinned by etag."""

from pydantic import Field

from shared.domain.message import Message, is_none
from shared.domain.minibatch import PlannedFile, Span
from shared.domain.sample import Whole
from shared.domain.selection import Reason


class Plan(Message):
    """What planning found; counts and a key, never the files themselves.

    `key` names the folder of the plan's shards. `digest` is a SHA-256 over every file's name and
    etag, so that planning the same input twice can be told from planning a changed one.
    `left_out` says in words what the `skipped` blobs of the input folder are, `left_out_by` counts
    them by reason.
    `is_confirmed` says that a second listing of the input held the same names, in the same order.
    `problem` says why the job cannot run at all, and `is_canceled` that it is not wanted any more;
    the counts are 0 then. `whole` is the input of which the plan holds a sample.
    """

    key: str = ""
    files: int = 0
    bytes: int = 0
    minibatches: int = 0
    shards: int = 0
    skipped: int = 0
    left_out: str = ""
    left_out_by: dict[Reason, int] = Field(
        default_factory=dict[Reason, int], exclude_if=lambda counts: not counts
    )
    digest: str = ""
    is_confirmed: bool = False
    problem: str = ""
    is_canceled: bool = False
    whole: Whole | None = Field(default=None, exclude_if=is_none)


class PlanPage(Message):
    """The files of one shard's mini-batches, or of some that follow one another, in order."""

    span: Span
    mini_batch_size: int
    files: list[PlannedFile]

    def minibatch(self, index: int) -> list[PlannedFile]:
        """The files of one mini-batch, by its index in the job."""
        first = (index - self.span.first) * self.mini_batch_size
        return self.files[first : first + self.mini_batch_size]

    def holds(self, span: Span) -> bool:
        return self.span.first <= span.first <= span.stop <= self.span.stop
