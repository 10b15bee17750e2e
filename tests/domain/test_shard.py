"""A shard hands out each mini-batch once, whatever order and sizes come back."""

import random
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.deployment import Limits
from shared.domain.minibatch import BUNDLE_TARGET_S, Span
from shared.domain.outcome import Outcome, Tally
from shared.domain.shard import Shard
from shared.domain.task import BundleTask, ShardTask

NOTHING = Tally()


def a_shard(
    minibatches: int,
    width: int = 2,
    threshold: int = -1,
    longest_even_s: float = 0.0,
    before: Tally = NOTHING,
) -> Shard:
    return Shard(
        ShardTask(
            job="j",
            plan_key="k",
            shard=0,
            span=Span(first=0, stop=minibatches),
            limits=Limits(parallelism=width, error_threshold=threshold),
            tally=before,
            scoring_since=datetime(2026, 1, 1, tzinfo=UTC),
            longest_even_s=longest_even_s,
        )
    )


def an_outcome(bundle: BundleTask, done: int, failed: int = 0, seconds: float = 0.01) -> Outcome:
    span = Span(first=bundle.span.first, stop=bundle.span.first + done)
    return Outcome(
        span=span,
        files=done,
        failed_files=failed,
        rows=done - failed,
        seconds=seconds * done,
        record=f"r{span.first}-{span.stop}",
    )


@given(
    minibatches=st.integers(1, 200),
    width=st.integers(1, 8),
    pace=st.floats(0.001, 2),
    longest_even_s=st.sampled_from([0.0, BUNDLE_TARGET_S]),
    seed=st.integers(0, 10**6),
)
def test_every_minibatch_is_accepted_once(
    minibatches: int, width: int, pace: float, longest_even_s: float, seed: int
) -> None:
    """Bundles come back in any order, and some only in part."""
    draw = random.Random(seed)  # noqa: S311  # a script, not a secret
    shard = a_shard(minibatches, width, longest_even_s=longest_even_s)
    running = list[BundleTask]()
    while True:
        running += shard.next_bundles(len(running))
        assert len(running) <= width
        if not running:
            break
        bundle = running.pop(draw.randrange(len(running)))
        done = draw.randint(1, len(bundle.span))
        shard.count_outcome(an_outcome(bundle, done, seconds=pace), bundle.span)

    spans = [bundle.span for bundle in shard.closing().bundles]
    assert list(range(minibatches)) == [i for span in spans for i in range(span.first, span.stop)]
    assert minibatches == shard.result().tally.minibatches
    assert not shard.result().is_stopped


@given(
    minibatches=st.integers(1, 200),
    width=st.integers(1, 8),
    threshold=st.integers(-1, 20),
    seed=st.integers(0, 10**6),
)
def test_a_shard_is_stopped_just_if_mini_batches_were_left(
    minibatches: int, width: int, threshold: int, seed: int
) -> None:
    """By a cancel, a passed threshold or a script that starts no more: whatever comes first."""
    draw = random.Random(seed)  # noqa: S311  # a script, not a secret
    shard, running = a_shard(minibatches, width, threshold), list[BundleTask]()
    while True:
        running += shard.next_bundles(len(running))
        if not running:
            break
        bundle = running.pop(draw.randrange(len(running)))
        done = draw.randint(0, len(bundle.span))
        outcome = an_outcome(bundle, done, failed=draw.randint(0, done))
        chance = draw.random()
        shard.count_outcome(
            outcome.model_copy(
                update={"is_canceled": chance < 0.02, "fatal": "no init" if chance > 0.98 else ""}
            ),
            bundle.span,
        )

    result = shard.result()
    assert (result.tally.minibatches < minibatches) == result.is_stopped


def test_after_the_threshold_nothing_is_handed_out() -> None:
    shard = a_shard(10, width=2, threshold=0)
    first, second = shard.next_bundles(0)
    shard.count_outcome(an_outcome(first, 1, failed=1), first.span)

    assert [] == list(shard.next_bundles(1))
    shard.count_outcome(an_outcome(second, 1), second.span)
    assert 2 == shard.result().tally.minibatches


def test_a_bundle_that_held_back_goes_on_alone() -> None:
    """It waits for those in flight; if the threshold is not passed then, it is handed out again."""
    shard = a_shard(10, width=2, threshold=0)
    first, second = shard.next_bundles(0)
    shard.count_outcome(Outcome(span=Span(first=1, stop=1)), second.span)
    assert [] == list(shard.next_bundles(1))
    shard.count_outcome(Outcome(span=Span(first=0, stop=0)), first.span)

    (again,) = shard.next_bundles(0)

    assert (again.span, again.is_alone) == (first.span, True)


def test_a_canceled_bundle_ends_the_shard() -> None:
    shard = a_shard(10)
    (first, _) = shard.next_bundles(0)
    shard.count_outcome(Outcome(span=Span(first=0, stop=0), is_canceled=True), first.span)

    assert [] == list(shard.next_bundles(0))
    assert shard.result().is_stopped


def test_a_cancel_that_comes_with_the_last_mini_batch_stops_nothing() -> None:
    shard = a_shard(1)
    (only,) = shard.next_bundles(0)
    shard.count_outcome(an_outcome(only, 1).model_copy(update={"is_canceled": True}), only.span)

    assert not shard.result().is_stopped


def test_a_fatal_outcome_reaches_the_result() -> None:
    shard = a_shard(3, width=1)
    (first,) = shard.next_bundles(0)
    shard.count_outcome(Outcome(span=Span(first=0, stop=0), fatal="init() failed"), first.span)

    assert "init() failed" == shard.result().fatal


def test_a_lost_plan_makes_the_shard_lost_and_counts_nothing() -> None:
    shard = a_shard(3, width=1)
    (first,) = shard.next_bundles(0)
    shard.count_outcome(an_outcome(first, 1), first.span)
    (second,) = shard.next_bundles(0)
    shard.count_outcome(Outcome(span=Span(first=1, stop=1), is_plan_lost=True), second.span)

    assert shard.result().is_lost
    assert 0 == shard.result().tally.minibatches


def bundles_of(
    pace: float, minibatches: int = 200, longest_even_s: float = BUNDLE_TARGET_S
) -> list[int]:
    """How many mini-batches each bundle of two workers has, where the pace is known."""
    before = Tally(minibatches=200, files=200, seconds=200 * pace)
    shard = a_shard(minibatches, longest_even_s=longest_even_s, before=before)
    running, sizes = list(shard.next_bundles(0)), list[int]()
    while running:
        bundle, *running = running
        sizes.append(len(bundle.span))
        shard.count_outcome(an_outcome(bundle, len(bundle.span), seconds=pace), bundle.span)
        running += shard.next_bundles(len(running))
    return sizes


def test_brisk_minibatches_make_as_few_even_bundles_as_are_short_enough() -> None:
    assert [100, 100] == bundles_of(0.005)
    assert [50, 50, 50, 50] == bundles_of(0.03)
    assert [10, 10] == bundles_of(0.08, minibatches=20)


def test_slow_ones_and_shards_that_began_before_keep_small_bundles_for_the_end() -> None:
    sizes = bundles_of(0.2, minibatches=60)

    assert sizes[0] > 5
    assert [1, 1] == sizes[-2:]
    assert 50 == bundles_of(0.005, longest_even_s=0.0)[0]


def test_what_an_outpaced_bundle_gave_back_is_shared_by_all() -> None:
    shard = a_shard(200, longest_even_s=BUNDLE_TARGET_S)
    for pilot in list(shard.next_bundles(0)):
        shard.count_outcome(an_outcome(pilot, 1, seconds=0.01), pilot.span)
    quick, slow = shard.next_bundles(0)
    shard.count_outcome(an_outcome(quick, len(quick.span), seconds=0.001), quick.span)
    assert [] == list(shard.next_bundles(1))
    shard.count_outcome(an_outcome(slow, 19, seconds=0.02), slow.span)

    assert [40, 40] == [len(bundle.span) for bundle in shard.next_bundles(0)]


def test_what_is_given_back_while_another_bundle_is_out_goes_to_all_who_rest() -> None:
    before = Tally(minibatches=200, files=200, seconds=200 * 0.005)
    shard = a_shard(200, width=4, longest_even_s=BUNDLE_TARGET_S, before=before)
    slow, quick, _, other = shard.next_bundles(0)
    for one in (quick, other):
        shard.count_outcome(an_outcome(one, 50, seconds=0.001), one.span)
    shard.count_outcome(an_outcome(slow, 3, seconds=0.3), slow.span)

    sizes = [len(bundle.span) for bundle in shard.next_bundles(1)]

    assert 3 == len(sizes)
    assert max(sizes) < 47 / 2


def test_one_that_goes_on_alone_does_not_keep_the_others_waiting_for_long() -> None:
    before = Tally(minibatches=200, files=200, seconds=200 * 0.001)
    shard = a_shard(200, threshold=5, longest_even_s=BUNDLE_TARGET_S, before=before)
    first, second = shard.next_bundles(0)
    shard.count_outcome(an_outcome(first, 10), first.span)
    shard.count_outcome(Outcome(span=Span(first=100, stop=100)), second.span)

    (alone,) = shard.next_bundles(0)

    assert (100, True) == (len(first.span), alone.is_alone)
    assert len(alone.span) < 100 / 2
