"""Inputs of orchestrations: each fits one instance, and none holds what cannot be."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from shared.domain.deployment import Limits
from shared.domain.message import JSON
from shared.domain.minibatch import MINIBATCHES_PER_SHARD, Span
from shared.domain.outcome import Tally
from shared.domain.task import MOST_REPAIRS, AcceptedBundle, Begun, JobRun, ShardTask

SHARD = ShardTask(
    job="job-1",
    plan_key="k",
    shard=12,
    span=Span(first=0, stop=MINIBATCHES_PER_SHARD),
    limits=Limits(),
    tally=Tally(),
    scoring_since=datetime(2026, 1, 1, tzinfo=UTC),
)


@pytest.mark.parametrize("instance", ["job-1:000012", "job-1:000012.1", "job-1:000012.20"])
def test_a_shard_fits_its_number_in_its_job_and_each_repair(instance: str) -> None:
    assert SHARD.fits(instance)


@pytest.mark.parametrize("instance", ["job-1", "job-1:000013", "job-2:000012", "job-11:000012", ""])
def test_a_shard_fits_no_other_instance(instance: str) -> None:
    assert not SHARD.fits(instance)


@pytest.mark.parametrize(
    ("first", "stop", "record", "fits"),
    [
        (0, 5, "job-1/outcomes/000012/000000000-000000005-abc.json", True),
        (0, 6, "job-1/outcomes/000012/000000000-000000005-abc.json", False),
        (0, 5, "job-2/outcomes/000012/000000000-000000005-abc.json", False),
        (0, 5, "job-1/outcomes/000013/000000000-000000005-abc.json", False),
        (0, 5, "job-1/outcomes/000012/000000000-000000005-/../../../job-2/x", False),
        (200, 205, "job-1/outcomes/000012/000000200-000000205-abc.json", False),
    ],
)
def test_a_shard_goes_on_with_records_of_its_own_only(
    first: int, stop: int, record: str, *, fits: bool
) -> None:
    """Who holds the task hub's key may write any name there."""
    bundle = AcceptedBundle(span=Span(first=first, stop=stop), record=record)
    begun = SHARD.model_copy(update={"begun": Begun(bundles=[bundle])})

    assert fits == begun.fits("job-1:000012.0.1")


def test_a_job_fits_its_own_name_only() -> None:
    assert JobRun(job="job-1").fits("job-1")
    assert not JobRun(job="job-1").fits("job-1:000000")


@pytest.mark.parametrize(
    "forged",
    [
        {"job": "../other"},
        {"job": ""},
        {"job": "j" * 256},
        {"repairs": MOST_REPAIRS + 1},
        {"repairs": -1},
        {"next_shard": -1},
        {"spec": {}},
    ],
)
def test_a_run_that_the_service_never_starts_is_refused(forged: JSON) -> None:
    with pytest.raises(ValidationError):
        JobRun.from_wire({"job": "job-1", **forged})


@pytest.mark.parametrize(
    "forged",
    [
        {"span": {"first": 0, "stop": MINIBATCHES_PER_SHARD + 1}},
        {"span": {"first": 5, "stop": 4}},
        {"plan_key": "../k"},
        {"plan_key": ""},
        {"shard": -1},
        {"limits": {"parallelism": 0}},
        {"scoring_since": "2026-01-01T00:00:00"},
    ],
)
def test_a_shard_that_the_service_never_starts_is_refused(forged: JSON) -> None:
    with pytest.raises(ValidationError):
        ShardTask.from_wire({**SHARD.to_wire(), **forged})
