"""A job that is suspended hands back what it did, and goes on with the rest once it is resumed."""

import random
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.job import JobStatus
from tests.app.job_results import predictions, receipt
from tests.support.rehearsal import Rehearsal
from tests.support.services_in_memory import (
    App,
    rehearse,
    run_job,
    services_in_memory,
    upload,
)
from tests.support.specs import a_spec


def scored(rehearsal: Rehearsal) -> list[Any]:
    return rehearsal.payloads("score_minibatch")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    contents=st.lists(st.sampled_from(["1", "2", "bad", "once"]), min_size=1, max_size=40),
    size=st.integers(1, 7),
    width=st.integers(1, 5),
    seed=st.integers(0, 1000),
    often=st.floats(0, 0.7),
)
def test_whenever_it_is_suspended_the_bytes_are_the_same(
    tmp_path: Path, contents: list[str], size: int, width: int, seed: int, often: float
) -> None:
    """The task hub is asked before and after each mini-batch: it may answer anything."""
    services, blobs, _ = services_in_memory(tmp_path)
    upload(blobs, contents)
    spec = a_spec(
        mini_batch_size=size, max_concurrency_per_instance=width, max_retries=len(contents) + 1
    )
    chance = random.Random(seed)  # noqa: S311  # no secret

    run_job(spec, services, rehearse(services, seed, lambda: chance.random() < often))

    expected = [f"0,{c},f{i:04d}.csv" for i, c in enumerate(contents) if c != "bad"]
    proof = receipt(blobs)
    assert contents.count("bad") == proof["files"]["failed"]
    assert len(contents) == proof["files"]["failed"] + proof["files"]["scored"]
    if expected:
        assert expected == predictions(blobs)
    else:
        assert JobStatus.FAILED == proof["status"]


def test_no_minibatch_is_scored_twice(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1"] * 30)
    asked: list[int] = []

    def is_suspended() -> bool:
        asked.append(1)
        return 8 <= len(asked) <= 20

    rehearsal = rehearse(services, is_suspended=is_suspended)
    spec = a_spec(mini_batch_size=1, max_concurrency_per_instance=1)

    ending = run_job(spec, services, rehearsal)

    assert "Completed" == ending["status"]
    shards = rehearsal.payloads("score_shard")
    assert len(shards) > 1  # the suspension reached it
    begun = [len(shard["begun"]["bundles"]) for shard in shards]
    assert sorted(begun) == begun
    assert begun[-1] > 0
    records = [bundle["record"] for bundle in rehearsal.payloads("close_shard")[0]["bundles"]]
    assert len(set(records)) == len(records)
    assert 30 == receipt(blobs)["files"]["scored"]


def test_a_shard_that_is_done_is_closed_even_while_suspended(app: App) -> None:
    """It is the job's next step that waits, and for that the task hub cares."""
    services, blobs, _ = app
    upload(blobs, ["1"] * 3)
    asked: list[int] = []

    def is_suspended() -> bool:
        asked.append(1)
        return len(asked) >= 4

    rehearsal = rehearse(services, is_suspended=is_suspended)
    spec = a_spec(mini_batch_size=3, max_concurrency_per_instance=1)

    run_job(spec, services, rehearsal)

    assert 1 <= len(rehearsal.payloads("close_shard"))
    assert 3 == receipt(blobs)["files"]["scored"]
