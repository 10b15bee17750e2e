"""What a job of several shards really leaves in the task hub: few events, and small ones.

`tests/orchestrators/test_backend_limits.py` weighs the largest job; this looks at a real one.
"""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.domain.minibatch import MINIBATCHES_PER_SHARD, shards_of
from tests.service.conftest import deploy_on
from tests.service.models import csv_of
from tests.support import two_hosts
from tests.support.stack import Stack

FILES = 2 * MINIBATCHES_PER_SHARD + 50
# Of a bundle: scheduled (its completion is folded into that), and its turn's two marks at the most.
EVENTS_PER_BUNDLE = 3
# Of what an orchestration gets, says and leaves: a tenth of what Azure Storage keeps inline.
LARGEST = 4_500


@pytest.fixture(scope="module")
def histories(stack: Stack) -> list[Any]:
    """The job's orchestration and its shards', as the Durable HTTP API shows them."""
    deploy_on(stack, "histories", miniBatchSize=1, maxConcurrencyPerInstance=2)
    files = {f"f{i:04d}.csv": csv_of((i, 1)) for i in range(FILES)}
    started = stack.invoke("histories", stack.upload("histories", files))
    assert "Completed" == stack.ended(started, limit_s=300)["status"]
    parts = urlsplit(started["statusQueryGetUri"])
    job = started["name"]

    def shown(instance: str) -> Any:
        path = parts.path.replace(job, instance)
        query = f"{parts.query}&showHistory=true&showHistoryOutput=true"
        return stack.send("GET", f"{path}?{query}", token="none").body

    names = [job, *(f"{job}:{number:06d}" for number in range(shards_of(FILES)))]
    return [shown(name) for name in names]


def test_a_job_of_three_shards_has_four_small_histories(histories: list[Any]) -> None:
    job, *shards = histories

    assert [("score_job", "Completed")] + 3 * [("score_shard", "Completed")] == [
        (one["name"], one["runtimeStatus"]) for one in histories
    ]
    assert two_hosts.IS_ON or len(job["historyEvents"]) <= 12 * len(shards)
    for shard in shards:
        most = EVENTS_PER_BUNDLE * MINIBATCHES_PER_SHARD
        assert two_hosts.IS_ON or len(shard["historyEvents"]) <= most


def test_nothing_in_them_is_large(histories: list[Any]) -> None:
    for one in histories:
        results = [event.get("Result") for event in one["historyEvents"]]
        sizes = [len(json.dumps(value)) for value in (one["customStatus"], one["output"], *results)]

        assert max(sizes) <= LARGEST


def test_no_history_holds_a_name_of_the_input(histories: list[Any]) -> None:
    """Counts and keys only."""
    assert "f0000.csv" not in json.dumps(histories)
