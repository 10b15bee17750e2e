"""Orchestrators are deterministic, and their histories small: read from real jobs' task hub."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from azure.durable_functions.worker import DurableFunctionsWorker
from durabletask.internal import orchestrator_service_pb2 as pb
from google.protobuf.json_format import MessageToJson

from orchestrators import score_job, score_shard
from tests.service.conftest import Deploy
from tests.service.models import csv_of
from tests.support.rehearsal import undecorated
from tests.support.stack import Stack

ORCHESTRATORS = {
    "score_job": undecorated(score_job.score_job),
    "score_shard": undecorated(score_shard.score_shard),
}
COMPLETED = pb.ORCHESTRATION_STATUS_COMPLETED
ENDS = {"orchestratorCompleted", "executionCompleted"}


@dataclass
class Instance:
    id: str
    name: str
    output: str
    turns: list[list[pb.HistoryEvent]]


def finished(stack: Stack, job: str) -> Iterator[Instance]:
    """The job's orchestration and its shards, as the hub keeps them."""
    with closing(sqlite3.connect(stack.state / "host" / "devhost.db")) as hub:
        rows = hub.execute(
            "SELECT id, name, output FROM instances WHERE status = ? AND root_id = ?",
            (COMPLETED, job),
        ).fetchall()
        for instance, name, output in rows:
            pieces = hub.execute(
                "SELECT events FROM history WHERE id = ? ORDER BY piece", (instance,)
            )
            turns = [list(pb.OrchestratorRequest.FromString(p).pastEvents) for (p,) in pieces]
            yield Instance(instance, name, output, turns)


@pytest.fixture
def job(stack: Stack, deploy: Deploy) -> str:
    files = {
        f"secret-name-{i}.csv": csv_of((i, 1), (i, "bad" if i % 7 == 0 else 2)) for i in range(30)
    }
    uri = stack.upload("deterministic", files)
    endpoint = deploy("deterministic", miniBatchSize=1, maxConcurrencyPerInstance=3)
    started = stack.invoke(endpoint, uri)
    stack.ended(started)
    return str(started["name"])


def test_a_finished_history_replayed_yields_no_new_action(stack: Stack, job: str) -> None:
    """The last turn once more: the orchestrator only completes, with the same result."""
    instances = list(finished(stack, job))
    assert {"score_job", "score_shard"} == {instance.name for instance in instances}

    for instance in instances:
        *past, last = instance.turns
        new = [event for event in last if event.WhichOneof("eventType") not in ENDS]
        request = pb.OrchestratorRequest(
            instanceId=instance.id,
            pastEvents=[event for turn in past for event in turn],
            newEvents=new,
        )
        (action,) = replay(instance.name, request).actions
        assert COMPLETED == action.completeOrchestration.orchestrationStatus
        assert instance.output == action.completeOrchestration.result.value


def replay(name: str, request: pb.OrchestratorRequest) -> pb.OrchestratorResponse:
    worker: Any = DurableFunctionsWorker()
    return worker._run_orchestration(ORCHESTRATORS[name], request)  # type: ignore[no-any-return]


def test_no_history_holds_rows_or_file_names(stack: Stack, job: str) -> None:
    for instance in finished(stack, job):
        for turn in instance.turns:
            for event in turn:
                text = MessageToJson(event)
                assert "secret-name" not in text
                assert len(text) < 20_000
