"""What our orchestrations put into a task hub stays within the limits of every backend.

The largest job: the longest names, as many bundles in flight as a shard has mini-batches, counts of
a billion. docs/backends.md has the limits, and says where they are from.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrators import score_job, score_shard
from shared.domain.deployment import Limits
from shared.domain.instance_id import LONGEST_INSTANCE_ID, instance_id
from shared.domain.job import JobStatus
from shared.domain.message import JSON, LONGEST_REASON
from shared.domain.minibatch import MINIBATCHES_PER_SHARD
from shared.domain.names import ASSET_NAME, LONGEST, LONGEST_ASSET
from shared.domain.outcome import Outcome, Tally
from shared.domain.plan import Plan
from shared.domain.provisioning import EndpointDeletion, ProvisioningTask
from shared.domain.task import (
    MOST_REPAIRS,
    BundleTask,
    EndResult,
    JobRun,
    Planned,
)
from shared.domain.watch import GatherTask
from tests.support.rehearsal import Rehearsal, play, undecorated

# The Durable Task Scheduler's, for each input, output, custom status and event.
LARGEST_PAYLOAD = 1 << 20
# Durable Functions' own, in UTF-16.
LARGEST_CUSTOM_STATUS = 16 << 10
# What Azure Storage keeps in a queue's message; more takes a detour by a blob.
INLINE = 45_000
MINIBATCHES = 10**9
SHARDS = MINIBATCHES // MINIBATCHES_PER_SHARD
NAME = "j" * LONGEST_ASSET
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
REPAIRED = JobRun(job=NAME, next_shard=SHARDS - 2, repairs=MOST_REPAIRS - 1)


def counts(minibatches: int) -> dict[str, Any]:
    """Of mini-batches that take so long that an activity has one."""
    most, seconds = 10**12, 100.5 * minibatches
    return {"files": most, "failed_files": most, "rows": most, "retries": most, "seconds": seconds}


def a_plan() -> Plan:
    return Plan(
        key="k" * 64,
        files=10**12,
        bytes=10**18,
        minibatches=MINIBATCHES,
        shards=SHARDS,
        skipped=10**9,
        left_out="w" * LONGEST_REASON,
        digest="d" * 64,
        is_confirmed=True,
    )


def planned(_: JSON) -> JSON:
    """All but two shards are done."""
    done = MINIBATCHES - 2 * MINIBATCHES_PER_SHARD
    tally = Tally(minibatches=done, **counts(done))
    limits = Limits(parallelism=1_000_000)
    return Planned(plan=a_plan(), limits=limits, tally=tally, scoring_since=NOON).to_wire()


def scored(given: JSON) -> JSON:
    task = BundleTask.from_wire(given)
    record = (
        f"{NAME}/outcomes/{task.shard:06d}/{task.span.first:09d}-{task.span.stop:09d}-{'d' * 16}"
    )
    done = Outcome(span=task.span, files=100, failed_files=100, rows=10**9, seconds=100.5)
    return done.model_copy(update={"record": record}).to_wire()


def ended(_: JSON) -> JSON:
    tally = Tally(minibatches=MINIBATCHES, **counts(MINIBATCHES))
    reason = "\u00e9" * LONGEST_REASON
    end = EndResult(status=JobStatus.FAILED, reason=reason, sha256="d" * 64, tally=tally)
    return end.to_wire()


class Weighed:
    """A rehearsal that keeps the size of everything that crosses."""

    def __init__(self) -> None:
        self.results: list[int] = []
        self.instances: list[str] = []
        shard = undecorated(score_shard.score_shard)
        activities: dict[str, Callable[[JSON], JSON]] = {
            "plan_job": planned,
            "score_minibatch": scored,
            "close_shard": lambda _: True,
            "end_job": ended,
        }
        self.rehearsal = Rehearsal(
            activities={name: self._weighing(act) for name, act in activities.items()},
            orchestrators={"score_shard": self._naming(shard)},
        )
        run = undecorated(score_job.score_job)
        self.output = play(run, self.rehearsal, REPAIRED.to_wire(), instance_id(NAME))

    def _weighing(self, act: Callable[[JSON], JSON]) -> Callable[[JSON], JSON]:
        def weigh(given: JSON) -> JSON:
            result = act(given)
            self.results.append(size(result))
            return result

        return weigh

    def _naming(self, orchestrate: Any) -> Any:
        def named(ctx: Any) -> Any:
            self.instances.append(ctx.instance_id)
            return (yield from orchestrate(ctx))

        return named

    @property
    def inputs(self) -> list[int]:
        return [size(call.given) for call in self.rehearsal.calls]


def size(payload: JSON) -> int:
    """Bytes of what the SDK makes of it: JSON, with everything but ASCII escaped."""
    return len(json.dumps(payload))


@pytest.fixture(scope="module")
def largest() -> Weighed:
    return Weighed()


def test_the_largest_job_was_played(largest: Weighed) -> None:
    assert "Failed" == largest.output["status"]
    assert 2 * MINIBATCHES_PER_SHARD == len(largest.rehearsal.payloads("score_minibatch"))
    assert MINIBATCHES_PER_SHARD == largest.rehearsal.most_in_flight


def test_every_payload_of_the_largest_job_is_far_below_the_smallest_limit(
    largest: Weighed,
) -> None:
    payloads = [*largest.inputs, *largest.results, size(largest.output)]

    assert max(payloads) <= LARGEST_PAYLOAD // 8


def test_only_the_closing_of_a_shard_may_take_azure_storages_detour(largest: Weighed) -> None:
    """Twice for a shard of 200 bundles: the blob costs less than a bundle."""
    large = {call.name for call in largest.rehearsal.calls if size(call.given) > INLINE}

    assert large <= {"close_shard"}
    assert max(largest.results) <= INLINE


def test_every_custom_status_of_the_largest_job_is_within_durable_functions_limit(
    largest: Weighed,
) -> None:
    assert 2 * max(map(size, largest.rehearsal.statuses)) <= LARGEST_CUSTOM_STATUS


def test_the_history_of_a_shard_and_of_a_generation_stays_small(largest: Weighed) -> None:
    """An orchestrator's turn hands all of it to the worker: 4 MiB is what one message may have."""
    shard = [call for call in largest.rehearsal.calls if call.name == "score_minibatch"][:200]
    events = sum(size(call.given) for call in shard) + sum(largest.results[1:201])
    per_shard = max(
        size(call.given) for call in largest.rehearsal.calls if call.name == "score_shard"
    )
    generation = score_job.SHARDS_PER_GENERATION * 2 * per_shard

    assert events <= 1 << 20
    assert generation <= 1 << 20


LONGEST_IDS = {
    "a job": instance_id(NAME),
    "a provisioning": ProvisioningTask(
        endpoint="e" * LONGEST, deployment="d" * LONGEST, generation="0" * 32
    ).instance,
    "a deletion": EndpointDeletion(endpoint="e" * LONGEST, deletion="0" * 32).instance,
    "a gathering": GatherTask(
        endpoint="e" * LONGEST, watch="w" * LONGEST, incarnation="20260101T120000.123456-12345678"
    ).instance,
}


@pytest.mark.parametrize("what", LONGEST_IDS)
def test_every_instance_id_is_one_that_each_backend_takes(what: str, largest: Weighed) -> None:
    for instance in (LONGEST_IDS[what], *largest.instances):
        assert 1 <= len(instance) <= LONGEST_INSTANCE_ID
        assert instance.isascii()
        assert instance.isprintable()
        assert not set(instance) & set("/\\#?")
        assert not instance.startswith("@")


@given(st.from_regex(ASSET_NAME, fullmatch=True), st.from_regex(ASSET_NAME, fullmatch=True))
def test_no_two_names_have_one_instance_id(first: str, second: str) -> None:
    assert (first == second) == (instance_id(first) == instance_id(second))
    assert instance_id(first) == first or ASSET_NAME.fullmatch(instance_id(first)) is None


def test_usual_names_are_instance_ids_themselves() -> None:
    for name in ("job-1", "6f1c6f3e-38c1-4d8c-8f1d-2c2f6cf6b0a5", "j" * 84):
        assert name == instance_id(name)
