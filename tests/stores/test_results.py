"""Results and predictions: only what was accepted, checked to the byte, published once."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import BlocksMissing, Conflict, NotFound
from shared.domain.minibatch import Span
from shared.domain.outcome import MinibatchReport
from shared.domain.plan import Plan
from shared.domain.task import AcceptedBundle
from shared.stores import blocks as module
from shared.stores.blocks import in_blocks
from shared.stores.predictions import Predictions
from shared.stores.results import Damaged, Record, Results
from tests.support.specs import CONTAINER, a_spec


@pytest.fixture
def results(blobs: MemoryBlobs) -> Iterator[Results]:
    with ThreadPoolExecutor(2) as readers:
        yield Results(blobs, readers)


def stage(results: Results, folder: Path, first: int, stop: int, text: str) -> AcceptedBundle:
    """A bundle whose rows are `text`."""
    output = folder / f"{first}-{stop}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
    output.write_text(text)
    span = Span(first=first, stop=stop)
    segment = results.stage("job-1", 0, span, text.count("\n"), [output])
    reports = [
        MinibatchReport(
            index=i,
            files=1,
            failed_files=0,
            rows=1,
            tries=1,
            seconds=0,
            run_seconds=0,
            status="done",
        )
        for i in range(first, stop)
    ]
    record = results.record("job-1", 0, Record(segment=segment, reports=reports, errors=[]))
    return AcceptedBundle(span=span, record=record)


@given(st.lists(st.binary(max_size=50), max_size=20), st.integers(1, 30))
def test_blocks_are_the_same_bytes(pieces: list[bytes], size: int) -> None:
    original = module.BLOCK_BYTES
    module.BLOCK_BYTES = size
    try:
        blocks = list(in_blocks(pieces))
    finally:
        module.BLOCK_BYTES = original

    assert b"".join(pieces) == b"".join(blocks)
    assert all(len(block) == size for block in blocks[:-1])
    assert all(blocks)


def test_a_part_is_what_was_accepted_in_order(
    results: Results, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    second = stage(results, tmp_path, 1, 2, "b\n")
    first = stage(results, tmp_path, 0, 1, "a\n")
    stage(results, tmp_path, 0, 2, "a late twin's\n")
    stage(results, tmp_path, 0, 1, "other rows\n")

    results.close_shard("job-1", 0, [first, second])

    assert b"a\nb\n" == blobs.read("batch-jobs", "job-1/parts/000000").data


def test_closing_twice_leaves_the_same_part(
    results: Results, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    accepted = [stage(results, tmp_path, 0, 1, "a\n")]

    once = results.close_shard("job-1", 0, accepted)
    twice = results.close_shard("job-1", 0, accepted)

    assert once == twice
    assert b"a\n" == blobs.read("batch-jobs", "job-1/parts/000000").data


def test_a_lost_record_or_block_is_reported(
    results: Results, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    accepted = stage(results, tmp_path, 0, 1, "a\n")
    blobs.delete("batch-jobs", accepted.record)
    with pytest.raises(NotFound):
        results.close_shard("job-1", 0, [accepted])

    accepted = stage(results, tmp_path, 0, 1, "a\n")
    record = results.read_record(accepted.record)
    lost = record.model_copy(
        update={"segment": record.segment.model_copy(update={"sha256": "0" * 64})}
    )
    name = results.record("job-1", 0, lost)
    with pytest.raises(BlocksMissing):
        results.close_shard("job-1", 0, [AcceptedBundle(span=accepted.span, record=name)])


def test_a_gap_or_an_overlap_of_minibatches_is_damage(results: Results, tmp_path: Path) -> None:
    plan = Plan(files=3, minibatches=3, shards=1)
    results.close_shard(
        "job-1", 0, [stage(results, tmp_path, 0, 1, "a\n"), stage(results, tmp_path, 2, 3, "c\n")]
    )
    with pytest.raises(Damaged):
        results.tally("job-1", plan)

    results.close_shard("job-1", 0, [stage(results, tmp_path, 0, 2, "a\nb\n")])
    with pytest.raises(Damaged):
        results.tally("job-1", plan)


def test_one_record_that_says_why_files_share_no_predict_says_it_for_the_job(
    results: Results, tmp_path: Path
) -> None:
    plan = Plan(files=2, minibatches=2, shards=1)
    bundles = [stage(results, tmp_path, 0, 1, "a\n"), stage(results, tmp_path, 1, 2, "b\n")]
    told = results.read_record(bundles[1].record).model_copy(update={"apart": "rows differed"})
    last = AcceptedBundle(span=bundles[1].span, record=results.record("job-1", 0, told))

    results.close_shard("job-1", 0, bundles)
    assert "" == results.account("job-1", plan)[1]
    results.close_shard("job-1", 0, [bundles[0], last])
    tally, apart = results.account("job-1", plan)

    assert (2, "rows differed") == (tally.minibatches, apart)


@pytest.mark.parametrize("damage", [b"", b"a\nX\n", b"a\nb\nc\n", b"a\n"])
def test_a_part_that_is_not_what_was_accepted_is_never_published(
    results: Results, blobs: MemoryBlobs, tmp_path: Path, damage: bytes
) -> None:
    bundles = [stage(results, tmp_path, 0, 1, "a\n"), stage(results, tmp_path, 1, 2, "b\n")]
    results.close_shard("job-1", 0, bundles)
    blobs.write("batch-jobs", "job-1/parts/000000", damage)

    with pytest.raises(Damaged):
        Predictions(blobs, results).publish(a_spec(), 1)

    assert not blobs.exists(CONTAINER, "out/job-1.csv")


def test_publishing_again_finds_the_first_commit(
    results: Results, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    results.close_shard("job-1", 0, [stage(results, tmp_path, 0, 1, "a\n")])
    predictions = Predictions(blobs, results)

    first = predictions.publish(a_spec(), 1)
    blobs.delete("batch-jobs", "job-1/parts/000000")
    second = predictions.publish(a_spec(), 1)

    assert first == second
    assert (2, 1, hashlib.sha256(b"a\n").hexdigest()) == (first.bytes, first.rows, first.sha256)


def test_somebody_elses_file_is_refused(
    results: Results, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    results.close_shard("job-1", 0, [stage(results, tmp_path, 0, 1, "a\n")])
    blobs.write(CONTAINER, "out/job-1.csv", b"theirs", metadata={"batch_job": "another"})

    with pytest.raises(Conflict):
        Predictions(blobs, results).publish(a_spec(), 1)

    assert b"theirs" == blobs.read(CONTAINER, "out/job-1.csv").data
