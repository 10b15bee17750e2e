"""Cutting: every file once, in order, whatever the sizes."""

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.minibatch import (
    BUNDLE_TARGET_S,
    LARGEST_BUNDLE,
    MINIBATCHES_PER_SHARD,
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
    assert 1 == bundle_size(remaining=200, width=2, seconds_per_minibatch=None)


@given(remaining=st.integers(1, 200), width=st.integers(1, 64), pace=st.floats(0, 100))
def test_a_bundle_is_never_more_than_its_share_of_what_remains(
    remaining: int, width: int, pace: float
) -> None:
    size = bundle_size(remaining, width, pace)

    assert 1 <= size <= LARGEST_BUNDLE
    assert size == 1 or size * pace <= BUNDLE_TARGET_S
    assert size == 1 or size <= remaining / (2 * width) + 1


@given(st.lists(st.integers(0, 60), unique=True), st.randoms(use_true_random=False))
def test_joined_spans_hold_the_same_minibatches_and_none_touches_another(
    indices: list[int], chance: random.Random
) -> None:
    spans = [Span(first=index, stop=index + 1) for index in indices]
    chance.shuffle(spans)

    few = joined(spans)

    assert sorted(indices) == [index for one in few for index in range(one.first, one.stop)]
    assert all(left.stop < right.first for left, right in itertools.pairwise(few))
