"""Cutting: every file once, in order, whatever the sizes."""

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.minibatch import (
    BRISK_S,
    BUNDLE_TARGET_S,
    LARGEST_BUNDLE,
    MINIBATCHES_PER_SHARD,
    SHORTEST_BUNDLE_S,
    PlannedFile,
    Span,
    bundle_size,
    even_share,
    joined,
    minibatches_of,
    shard_span,
    shards_of,
)
from shared.domain.plan import PlanPage


@given(files=st.integers(0, 5000), size=st.integers(1, 50))
def test_shards_cover_every_minibatch_once(files: int, size: int) -> None:
    minibatches = minibatches_of(files, size)

    spans = [shard_span(shard, minibatches) for shard in range(shards_of(minibatches))]

    covered = [index for span in spans for index in range(span.first, span.stop)]
    assert list(range(minibatches)) == covered
    assert all(0 < len(span) <= MINIBATCHES_PER_SHARD for span in spans)


@given(files=st.integers(1, 500), size=st.integers(1, 30))
def test_minibatches_cover_every_file_once_and_in_order(files: int, size: int) -> None:
    listed = [PlannedFile(name=f"in/{i}", etag="e", size=1) for i in range(files)]
    span = shard_span(0, minibatches_of(files, size))
    shard = PlanPage(span=span, mini_batch_size=size, files=listed[: len(span) * size])

    cut = [file for index in range(span.first, span.stop) for file in shard.minibatch(index)]

    assert shard.files == cut
    assert all(1 <= len(shard.minibatch(i)) <= size for i in range(span.first, span.stop))


def test_the_pilot_is_a_single_minibatch() -> None:
    assert 1 == bundle_size(200, 2, None, SHORTEST_BUNDLE_S)


@given(remaining=st.integers(1, 200), width=st.integers(1, 64), pace=st.floats(0, 100))
def test_a_bundle_is_never_more_than_its_share_of_what_remains_or_what_an_activity_is_worth(
    remaining: int, width: int, pace: float
) -> None:
    size = bundle_size(remaining, width, pace, SHORTEST_BUNDLE_S)

    assert 1 <= size <= min(LARGEST_BUNDLE, remaining)
    assert size == 1 or size * pace <= BUNDLE_TARGET_S
    is_small = size <= remaining / (2 * width) + 1 or (size - 1) * pace <= SHORTEST_BUNDLE_S
    assert is_small or width == 1


@given(remaining=st.integers(1, 200), width=st.integers(1, 64), pace=st.floats(0, 100))
def test_a_shard_that_began_before_bundles_had_a_least_length_goes_on_as_it_began(
    remaining: int, width: int, pace: float
) -> None:
    """Its history has the bundles that it handed out, by this rule."""
    fitting = int(2.0 / max(pace, 1e-6))

    expected = max(1, min(fitting, math.ceil(remaining / (2 * width)), 100))
    assert expected == bundle_size(remaining, width, pace, 0.0)


@pytest.mark.parametrize(
    ("pace", "width", "most"),
    [(0.001, 1, 3), (0.001, 4, 6), (0.01, 1, 3), (0.01, 4, 12), (0.1, 1, 11), (0.1, 4, 27)],
)
def test_short_minibatches_make_few_activities(pace: float, width: int, most: int) -> None:
    """Of 200 mini-batches, pilots and all: each activity costs some 40 ms on the real host."""
    left, sizes = MINIBATCHES_PER_SHARD - width, [1] * width
    while left:
        sizes.append(bundle_size(left, width, pace, SHORTEST_BUNDLE_S))
        left -= sizes[-1]

    assert len(sizes) <= most
    assert all(size * pace <= BUNDLE_TARGET_S for size in sizes)


@pytest.mark.parametrize(("width", "share"), [(1, 100), (2, 100), (4, 50), (64, 4)])
def test_minibatches_that_do_nothing_are_one_bundle_for_each_worker(width: int, share: int) -> None:
    """If that is no more than a bundle may hold."""
    assert share == even_share(MINIBATCHES_PER_SHARD, width, 0.001, BUNDLE_TARGET_S)


@given(remaining=st.integers(1, 200), width=st.integers(1, 64), pace=st.floats(0, BRISK_S))
def test_even_bundles_are_short_enough_and_as_many_for_each_worker(
    remaining: int, width: int, pace: float
) -> None:
    share = even_share(remaining, width, pace, BUNDLE_TARGET_S)

    assert 1 <= share <= min(LARGEST_BUNDLE, remaining)
    assert share == 1 or (share - 1) * pace <= BUNDLE_TARGET_S
    rounds = max(1, math.ceil(remaining * pace / (width * BUNDLE_TARGET_S)))
    assert share == LARGEST_BUNDLE or math.ceil(remaining / share) <= width * rounds


@pytest.mark.parametrize(
    ("pace", "longest_s"), [(None, BUNDLE_TARGET_S), (BRISK_S * 1.01, BUNDLE_TARGET_S), (0.01, 0)]
)
def test_slow_ones_and_those_of_a_shard_that_began_before_make_no_even_bundles(
    pace: float | None, longest_s: float
) -> None:
    assert 0 == even_share(200, 2, pace, longest_s)


@given(st.lists(st.integers(0, 60), unique=True), st.randoms(use_true_random=False))
def test_joined_spans_hold_the_same_minibatches_and_none_touches_another(
    indices: list[int], chance: random.Random
) -> None:
    spans = [Span(first=index, stop=index + 1) for index in indices]
    chance.shuffle(spans)

    few = joined(spans)

    assert sorted(indices) == [index for one in few for index in range(one.first, one.stop)]
    assert all(left.stop < right.first for left, right in itertools.pairwise(few))
