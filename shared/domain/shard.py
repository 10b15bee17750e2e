"""A shard under way: which mini-batches are still to hand out, and what came back."""

from collections.abc import Iterator, Sequence

from shared.domain.message import JSON
from shared.domain.minibatch import Span, bundle_size, even_share, joined
from shared.domain.outcome import Outcome, Tally
from shared.domain.task import (
    AcceptedBundle,
    Begun,
    BundleTask,
    ClosingTask,
    ShardResult,
    ShardStatus,
    ShardTask,
)


class Shard:
    """Decides for `score_shard`; deterministic, so that a replay decides the same."""

    def __init__(self, task: ShardTask) -> None:
        self._task = task
        self.accepted = list(task.begun.bundles)
        self.tally = task.begun.tally
        self._todo = _left_of(task.span, self.accepted)
        self._is_over = False
        self._is_suspended = False
        self._is_held_back = False
        self._alone: Span | None = None
        self._even = 0
        self._fatal = ""
        self.is_lost = False

    def next_bundles(self, in_flight: int) -> Iterator[BundleTask]:
        """The bundles to hand out now, while there is room for them."""
        width = 1 if self._is_held_back else self._task.limits.parallelism
        is_over = self._is_over or self._is_suspended
        if not in_flight:  # all begin side by side
            longest_s = 0.0 if self._is_held_back else self._task.longest_even_s
            self._even = even_share(self._left, width, self._pace, longest_s)
        while self._todo and not is_over and in_flight < width:
            yield self._hand_out()
            in_flight += 1

    def count_outcome(self, outcome: Outcome, handed_out: Span) -> None:
        """Count a bundle's outcome, and put back what it left of the mini-batches it was asked.

        A bundle that did nothing held back, because others had recorded too many failures. If
        these do not come in, it goes on alone: only what came in decides. If it does nothing even
        then, the job's document allows less than this shard's task, and the shard is over. If the
        job is suspended, that is why it did nothing.
        """
        done = outcome.span
        if len(done):
            self.accepted.append(AcceptedBundle(span=done, record=outcome.record))
            self.tally = self.tally.after(outcome)
        if done.stop < handed_out.stop:
            self._todo.insert(0, Span(first=done.stop, stop=handed_out.stop))
            self._even = 0  # it is for all who wait for something to do
        self._is_suspended = self._is_suspended or outcome.is_suspended
        self._is_held_back = not len(done) and not outcome.is_suspended
        self._fatal = self._fatal or outcome.fatal
        self.is_lost = self.is_lost or outcome.is_plan_lost
        is_stuck = handed_out == self._alone and self._is_held_back
        is_spent = is_stuck or not self._task.limits.allows(self._failed_files())
        if is_spent or outcome.fatal or outcome.is_canceled or outcome.is_plan_lost:
            self._is_over = True

    def status(self, running: Sequence[Span]) -> JSON:
        """The custom status: what came back so far, and which mini-batches are handed out."""
        return ShardStatus(running=joined(running), **self.tally.to_wire()).to_wire()

    def closing(self) -> ClosingTask:
        task = self._task
        return ClosingTask(
            job=task.job,
            plan_key=task.plan_key,
            shard=task.shard,
            bundles=sorted(self.accepted, key=lambda bundle: bundle.span.first),
            scoring_since=task.scoring_since,
        )

    @property
    def is_left(self) -> bool:
        """Whether the job was suspended with something left to do: the shard is not closed."""
        return self._is_suspended and bool(self._todo) and not self._is_over

    def result(self) -> ShardResult:
        if self.is_left:
            return ShardResult(begun=Begun(bundles=self.accepted, tally=self.tally))
        return ShardResult(
            tally=Tally() if self.is_lost else self.tally,
            fatal=self._fatal,
            is_lost=self.is_lost,
            is_stopped=bool(self._todo),
        )

    @property
    def _left(self) -> int:
        """How many mini-batches are still to hand out."""
        return sum(map(len, self._todo))

    @property
    def _pace(self) -> float | None:
        return self._task.tally.plus(self.tally).seconds_per_minibatch

    def _hand_out(self) -> BundleTask:
        size = self._even or self._bundle_size()
        task, span = self._task, self._todo.pop(0)
        size = min(len(span), size)
        if size < len(span):
            self._todo.insert(0, Span(first=span.first + size, stop=span.stop))
        bundle = Span(first=span.first, stop=span.first + size)
        self._alone = bundle if self._is_held_back else None
        return BundleTask(
            job=task.job,
            plan_key=task.plan_key,
            shard=task.shard,
            span=bundle,
            failed_before=self._failed_files(),
            is_alone=self._is_held_back,
        )

    def _bundle_size(self) -> int:
        width, shortest_s = self._task.limits.parallelism, self._task.shortest_bundle_s
        return bundle_size(self._left, width, self._pace, shortest_s)

    def _failed_files(self) -> int:
        before, own = self._task.tally, self.tally
        twice = set(before.split_failed).intersection(own.split_failed)
        return before.failed_files + own.failed_files - len(twice)


def _left_of(span: Span, accepted: Sequence[AcceptedBundle]) -> list[Span]:
    """What of the span no accepted bundle has."""
    left, first = list[Span](), span.first
    for bundle in sorted(accepted, key=lambda one: one.span.first):
        left.append(Span(first=first, stop=bundle.span.first))
        first = bundle.span.stop
    left.append(Span(first=first, stop=span.stop))
    return [one for one in left if len(one)]
