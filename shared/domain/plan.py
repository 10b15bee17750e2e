"""A plan: which files a job scores, cut into mini-batches and shards, pinned by etag."""

from functools import cached_property

from pydantic import Field

from shared.domain.message import Message, is_none
from shared.domain.minibatch import PlannedFile, Span, cut, minibatches_of
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
    the counts are 0 then. `whole` is the input of which the plan holds a sample. `pieces` counts
    those of files that are split, and `unsplit` says in words which large files are not, and why.
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
    pieces: int = Field(default=0, exclude_if=lambda pieces: not pieces)
    unsplit: str = Field(default="", exclude_if=lambda words: not words)


def minibatches_of_whole(plan: Plan, mini_batch_size: int) -> int:
    """Of the input that a sample's plan is of: of one that is split, as many as the sample says."""
    if plan.whole is None:
        return plan.minibatches
    if plan.pieces and plan.bytes:
        share = plan.whole.bytes / plan.bytes
        return max(plan.minibatches, round(plan.minibatches * share))
    return minibatches_of(plan.whole.files, mini_batch_size)


class PlanPage(Message):
    """The files of one shard's mini-batches, or of some that follow one another, in order."""

    span: Span
    mini_batch_size: int
    files: list[PlannedFile]

    def minibatch(self, index: int) -> list[PlannedFile]:
        """The files of one mini-batch, by its index in the job."""
        return self._minibatches[index - self.span.first]

    @cached_property
    def _minibatches(self) -> list[list[PlannedFile]]:
        return list(cut(self.files, self.mini_batch_size))

    def holds(self, span: Span) -> bool:
        return self.span.first <= span.first <= span.stop <= self.span.stop
