"""A job whose bundles end early, since another job waits for their scorer: nothing else changes."""

import random
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.job_results import predictions, receipt
from tests.support.rehearsal import Rehearsal
from tests.support.services_in_memory import rehearse, run_job, services_in_memory, upload
from tests.support.specs import a_spec


def bundles(rehearsal: Rehearsal) -> int:
    return len(rehearsal.payloads("score_minibatch"))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    contents=st.lists(st.sampled_from(["1", "2", "bad", "once"]), min_size=1, max_size=40),
    size=st.integers(1, 7),
    width=st.integers(1, 5),
    seed=st.integers(0, 1000),
    often=st.floats(0, 1),
)
def test_however_often_it_yields_the_bytes_and_counts_are_the_same(
    tmp_path: Path, contents: list[str], size: int, width: int, seed: int, often: float
) -> None:
    chance = random.Random(seed)  # noqa: S311  # no secret
    services, blobs, _ = services_in_memory(tmp_path, wanted=lambda: chance.random() < often)
    upload(blobs, contents)
    spec = a_spec(
        mini_batch_size=size, max_concurrency_per_instance=width, max_retries=len(contents) + 1
    )

    run_job(spec, services, rehearse(services, seed))

    expected = [f"0,{c},f{i:04d}.csv" for i, c in enumerate(contents) if c != "bad"]
    proof = receipt(blobs)
    assert contents.count("bad") == proof["files"]["failed"]
    assert len(contents) == proof["files"]["failed"] + proof["files"]["scored"]
    assert not expected or expected == predictions(blobs)


def test_a_bundle_that_yields_has_scored_one_minibatch_and_the_rest_comes_again(
    tmp_path: Path,
) -> None:
    """Who does nothing would be taken for stuck; so each turn does something."""
    services, blobs, _ = services_in_memory(tmp_path, wanted=lambda: True)
    upload(blobs, ["1"] * 30)
    rehearsal = rehearse(services)

    ending = run_job(a_spec(mini_batch_size=1), services, rehearsal)

    assert "Completed" == ending["status"]
    assert 30 == bundles(rehearsal)
    assert 30 == len(predictions(blobs))
