"""A shard of a plan knows the files of each of its mini-batches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.minibatch import PlannedFile, Span, minibatches_of
from shared.domain.plan import PlanPage


def a_shard(first: int, files: int, size: int) -> PlanPage:
    return PlanPage(
        span=Span(first=first, stop=first + minibatches_of(files, size)),
        mini_batch_size=size,
        files=[PlannedFile(name=f"in/f{n:04d}", etag="e", size=1) for n in range(files)],
    )


@given(first=st.integers(0, 1000), files=st.integers(1, 200), size=st.integers(1, 30))
def test_its_mini_batches_are_its_files_once_and_in_order(
    first: int, files: int, size: int
) -> None:
    shard = a_shard(first, files, size)
    minibatches = [shard.minibatch(index) for index in range(shard.span.first, shard.span.stop)]

    assert shard.files == [file for minibatch in minibatches for file in minibatch]
    assert {size} >= {len(minibatch) for minibatch in minibatches[:-1]}
    assert files == sum(map(len, minibatches))
    assert shard == PlanPage.from_wire(shard.to_wire())


@pytest.mark.parametrize(
    ("first", "stop", "is_held"),
    [
        (10, 15, True),
        (10, 10, True),
        (12, 13, True),
        (9, 12, False),
        (14, 16, False),
        (2, 3, False),
    ],
)
def test_it_holds_only_what_lies_within_it(first: int, stop: int, *, is_held: bool) -> None:
    shard = a_shard(10, files=10, size=2)

    assert is_held == shard.holds(Span(first=first, stop=stop))


def test_a_file_is_called_by_the_last_part_of_its_name() -> None:
    assert "f.csv" == PlannedFile(name="in/deep/f.csv", etag="e", size=1).base_name
    assert "f.csv" == PlannedFile(name="f.csv", etag="e", size=1).base_name
