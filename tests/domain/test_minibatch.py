"""Cutting: every file once, in order, whatever the sizes."""

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.minibatch import (
    BUNDLE_TARGET_S,
    LARGEST_BUNDLE,
    MINIBATCHES_PER_SHARD,
    SHORTEST_BUNDLE_S,
    PlannedFile,
    Span,
    bundle_size,
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


@given(st.lists(st.integers(0, 60), unique=True), st.randoms(use_true_random=False))
def test_joined_spans_hold_the_same_minibatches_and_none_touches_another(
    indices: list[int], chance: random.Random
) -> None:
    spans = [Span(first=index, stop=index + 1) for index in indices]
    chance.shuffle(spans)

    few = joined(spans)

    assert sorted(indices) == [index for one in few for index in range(one.first, one.stop)]
    assert all(left.stop < right.first for left, right in itertools.pairwise(few))
