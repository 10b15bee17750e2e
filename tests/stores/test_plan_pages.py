"""Plans are written and read by pages: whatever is cut how, each mini-batch has its files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import NotFound
from shared.domain.minibatch import (
    FILES_PER_PAGE,
    MINIBATCHES_PER_SHARD,
    PlannedFile,
    Span,
    minibatches_per_page,
)
from shared.domain.plan import PlanPage
from shared.stores.documents import Documents
from shared.stores.plans import Plans


def listed(count: int) -> list[PlannedFile]:
    return [PlannedFile(name=f"in/{number:05d}", etag="1", size=1) for number in range(count)]


def written(count: int, size: int) -> tuple[Plans, MemoryBlobs]:
    blobs = MemoryBlobs()
    blobs.ensure_container("batch-jobs")
    plans = Plans(blobs)
    plan = plans.write("job", "k", listed(count), size)
    assert plans.keep("job", plan) == Plans(blobs).read_counts("job", "k")
    return plans, blobs


@given(size=st.integers(1, 5_000))
def test_a_page_is_bounded_and_a_shard_has_whole_ones(size: int) -> None:
    """By some 2,000 files; a mini-batch of more is a page of its own."""
    count = minibatches_per_page(size)

    assert 0 == MINIBATCHES_PER_SHARD % count
    assert count * size <= max(FILES_PER_PAGE, size)


@pytest.mark.parametrize(("count", "size"), [(2_500, 1), (4_001, 10), (9_000, 45), (9_000, 3_000)])
def test_each_mini_batch_has_its_files_however_many_pages_there_are(count: int, size: int) -> None:
    plans, _ = written(count, size)
    plan, files = plans.read_counts("job", "k"), listed(count)

    assert files == list(plans.files("job", plan))
    for number in range(plan.minibatches):
        expected = files[number * size : (number + 1) * size]
        assert expected == plans.minibatch("job", "k", number)
        part = plans.part("job", "k", number // 200, Span(first=number, stop=number + 1))
        assert expected == part.minibatch(number)
        assert len(part.files) <= max(FILES_PER_PAGE, size)


def test_a_bundle_that_lies_on_two_pages_has_both() -> None:
    size = 45
    plans, _ = written(9_000, size)
    files, per_page = listed(9_000), minibatches_per_page(size)

    span = Span(first=per_page - 1, stop=per_page + 1)
    part = plans.part("job", "k", 0, span)

    assert part.holds(span)
    assert files[(per_page - 1) * size : per_page * size] == part.minibatch(per_page - 1)
    assert files[per_page * size : (per_page + 1) * size] == part.minibatch(per_page)


def test_a_shard_of_few_files_is_one_document_as_ever() -> None:
    _, blobs = written(4_001, 10)

    names = set(blobs.list_names("batch-jobs"))

    shards = {f"job/plan/k/00000{shard}.json" for shard in range(3)}
    assert {"job/plan/k.json", *shards} == names


def test_a_plan_of_old_with_its_whole_shards_is_read_as_before() -> None:
    """They had one document each, whatever the mini-batches' size."""
    plans, blobs = written(9_000, 45)
    plan, files = plans.read_counts("job", "k"), listed(9_000)
    for name in list(blobs.list_names("batch-jobs", "job/plan/k/")):
        blobs.delete("batch-jobs", name)
    whole = PlanPage(span=Span(first=0, stop=200), mini_batch_size=45, files=files)
    Documents(blobs, "batch-jobs").put("job/plan/k/000000.json", whole.to_wire())

    assert files == list(plans.files("job", plan))
    assert files[45 * 199 :] == Plans(blobs).minibatch("job", "k", 199)
    assert whole == Plans(blobs).part("job", "k", 0, Span(first=50, stop=150))


@pytest.mark.parametrize("span", [(-3, 0), (200, 201), (0, 10**9), (5, 2)])
def test_what_is_not_of_the_shard_is_not_held(span: tuple[int, int]) -> None:
    plans, _ = written(9_000, 45)
    asked = Span(first=span[0], stop=span[1])

    assert not plans.part("job", "k", 0, asked).holds(asked)


def test_a_page_that_is_gone_is_a_plan_that_is_lost() -> None:
    plans, blobs = written(9_000, 45)
    blobs.delete("batch-jobs", "job/plan/k/000000.002.json")

    with pytest.raises(NotFound):
        plans.part("job", "k", 0, Span(first=80, stop=81))
