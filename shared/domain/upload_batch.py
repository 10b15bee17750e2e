"""Uploads: which of them are pending, when they are due, and the batches that took them.

A version of a file is its name and its etag. It is accepted by the batch whose document lists it;
the batches of a watch are numbered without a gap, and a batch is written by who has read all the
batches before it and listed the folder after that. So no two batches have a version in common, and
of each name the last accepted etag is all there is to remember: what a later listing shows under
another etag is newer.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Self

from pydantic import AwareDatetime, Field, NonNegativeInt

from shared.domain.message import Message
from shared.domain.minibatch import PlannedFile
from shared.domain.watch import GatherRules


class Upload(Message):
    """A file in a watched folder, as a listing shows it; an output was written by a job of ours."""

    file: PlannedFile
    modified_at: AwareDatetime
    is_output: bool = False


class UploadBatch(Message):
    """What one job takes. `marker` is the etag of the marker that was there and is spent.

    `outputs` lie in the folder and are no uploads: jobs of this service wrote them.
    """

    number: NonNegativeInt
    accepted_at: AwareDatetime
    files: list[PlannedFile]
    outputs: list[PlannedFile] = Field(default_factory=list[PlannedFile])
    marker: str = ""

    @property
    def versions(self) -> list[PlannedFile]:
        return [*self.files, *self.outputs]


class Accepted(Message):
    """What the batches before the one of this number took: of each name the last etag."""

    number: NonNegativeInt = 0
    etags: dict[str, str] = Field(default_factory=dict[str, str])
    marker: str = ""

    def after(self, batch: UploadBatch) -> Self:
        taken = {file.name: file.etag for file in batch.versions}
        return type(self)(
            number=batch.number + 1,
            etags=self.etags | taken,
            marker=batch.marker or self.marker,
        )

    def pending(self, uploads: Iterable[Upload]) -> list[Upload]:
        """Those that no batch took."""
        return [one for one in uploads if self.etags.get(one.file.name) != one.file.etag]


def seconds_until_due(
    pending: Sequence[Upload], rules: GatherRules, now: datetime, *, is_marked: bool = False
) -> float:
    """How long pending uploads are still to be waited for; 0 when they are due."""
    if is_marked or len(pending) >= rules.most_files:
        return 0.0
    moments = [one.modified_at for one in pending]
    quiet_at = max(moments) + timedelta(seconds=rules.quiet_s)
    latest_at = min(moments) + timedelta(seconds=rules.most_wait_s)
    return max(0.0, (min(quiet_at, latest_at) - now).total_seconds())


def next_batch(
    accepted: Accepted, pending: Sequence[Upload], rules: GatherRules, now: datetime, marker: str
) -> UploadBatch:
    """The batch that takes the oldest uploads, in name order; it spends the marker if it has all.

    A job's files are in name order, as a listing's are. Outputs are set apart, never scored.
    """
    oldest = sorted(pending, key=lambda one: (one.modified_at, one.file.name))
    names = {one.file.name for one in oldest[: rules.most_files]}
    has_all = len(names) == len(pending)
    taken = [one for one in pending if one.file.name in names]
    return UploadBatch(
        number=accepted.number,
        accepted_at=now,
        files=[one.file for one in taken if not one.is_output],
        outputs=[one.file for one in taken if one.is_output],
        marker=marker if has_all else "",
    )


class Gathering(Message):
    """Output of `accept_uploads`: what is there to do, and when to look again.

    `accepted` is the number of a batch that was accepted just now, `problem` why nothing can be.
    """

    pending: NonNegativeInt = 0
    wait_s: float = 0.0
    accepted: int | None = None
    problem: str = ""

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to do, now that it was looked."""
        return bool(self.problem) or (self.pending == 0 and self.accepted is None)
