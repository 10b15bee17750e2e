"""A job of 12,000 mini-batches that all failed, from stored records: bounded time and bytes."""

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.job import JobState, JobStatus
from shared.domain.minibatch import MINIBATCHES_PER_SHARD, Span, shard_span
from shared.domain.outcome import FileError, MinibatchReport, Segment, Tally
from shared.domain.plan import Plan
from shared.ports import Instance
from shared.services import Services
from shared.stores.results import Record, Summary
from tests.support.asking import Asked
from tests.support.orchestrations import NOON, Orchestrations
from tests.support.services_in_memory import services_in_memory
from tests.support.specs import a_spec
from triggers import insights, minibatches

CLOSED, OPEN = 60, 50
"""Closed shards, and mini-batches that are recorded of the open one."""
SPEC = a_spec(mini_batch_size=10)
BUNDLE = 50


def a_record(span: Span) -> Record:
    """Each mini-batch's ten files failed, in one of three ways."""
    reports = [
        MinibatchReport(
            index=index,
            files=10,
            failed_files=10,
            rows=0,
            tries=1,
            seconds=0.5,
            run_seconds=0.0,
            status="exception",
            started_at=SPEC.created_at + timedelta(seconds=index * 0.5),
        )
        for index in range(span.first, span.stop)
    ]
    errors = [
        FileError(
            file=f"f{10 * index + one:06d}.csv",
            stage="score",
            error_type=f"Error{index % 3}",
            message=f"no value in row {one} of 'f{index}'",
            mini_batch=index,
            attempts=1,
            certainty="inferred",
        )
        for index in range(span.first, span.stop)
        for one in range(10)
    ]
    segment = Segment(span=span, rows=0, bytes=0, sha256="0", blocks=0)
    return Record(segment=segment, reports=reports, errors=errors, process="node/process000")


def bundles(span: Span) -> list[Span]:
    return [
        Span(first=first, stop=min(first + BUNDLE, span.stop))
        for first in range(span.first, span.stop, BUNDLE)
    ]


def a_plan(closed: int) -> Plan:
    count = (closed + 1) * MINIBATCHES_PER_SHARD
    return Plan(key="k", files=10 * count, minibatches=count, shards=closed + 1)


class Hub(Orchestrations):
    """The job runs, with one bundle handed out."""

    closed = CLOSED

    def find(self, instance: str) -> Instance | None:
        name = "score_shard" if ":" in instance else "score_job"
        tally = Tally(minibatches=OPEN, files=10 * OPEN, failed_files=10 * OPEN)
        first = self.closed * MINIBATCHES_PER_SHARD + OPEN
        running = [{"first": first, "stop": first + 7}]
        custom: Any = {
            "score_shard": {**tally.to_wire(), "running": running},
            "score_job": {
                "status": "Running",
                "plan": a_plan(self.closed).to_wire(),
                "tally": closed_tally(self.closed).to_wire(),
                "scoring_since": SPEC.created_at.isoformat(),
                "shard": f"job-1:{self.closed:06d}",
            },
        }[name]
        return Instance("", "Running", custom, None, "", name, NOON, NOON)


class ShortHub(Hub):
    closed = 4


def closed_tally(closed: int) -> Tally:
    count = closed * MINIBATCHES_PER_SHARD
    return Tally(files=10 * count, failed_files=10 * count, minibatches=count)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    return a_job(tmp_path_factory.mktemp("long"), Hub)


def a_job(folder: Path, hub: type[Hub]) -> Asked:
    closed, plan = hub.closed, a_plan(hub.closed)
    services, blobs, _ = services_in_memory(folder)
    services.jobs.create(SPEC)
    services.jobs.advance(
        SPEC,
        JobState(
            status=JobStatus.RUNNING,
            plan=plan,
            tally=closed_tally(closed),
            scoring_since=SPEC.created_at,
        ),
    )
    close_shards(services, blobs, plan)
    first = closed * MINIBATCHES_PER_SHARD
    services.results.record("job-1", closed, a_record(Span(first=first, stop=first + OPEN)))
    return Asked(services, hub(services))


def close_shards(services: Services, blobs: MemoryBlobs, plan: Plan) -> None:
    for shard in range(plan.shards - 1):
        span = shard_span(shard, plan.minibatches)
        records = [a_record(one) for one in bundles(span)]
        closed = Summary(shard=shard, span=span, records=records)
        name = f"job-1/outcomes/{shard:06d}.json"
        blobs.write("batch-jobs", name, json.dumps(closed.to_wire()).encode())
        services.look_into_job.sheets.begin_write(SPEC, plan, closed).result(timeout=60)


@pytest.mark.parametrize(
    ("handler", "query", "seconds", "most_bytes"),
    [
        (minibatches.list_shards, {}, 0.5, 4_000),
        (minibatches.list_minibatches, {"columns": "states"}, 1.0, 25_000),
        (minibatches.list_minibatches, {}, 2.0, 1_000_000),
        (insights.get_timeline, {}, 2.0, 150_000),
        (insights.list_error_groups, {}, 2.0, 5_000),
        (insights.get_insights, {}, 2.0, 15_000),
    ],
    ids=["shards", "states", "columns", "timeline", "groups", "insights"],
)
def test_a_look_at_a_long_job_is_short(
    asked: Asked, handler: Any, query: dict[str, str], seconds: float, most_bytes: int
) -> None:
    began = time.process_time()

    answer = asked.respond(handler, query=query)

    assert time.process_time() - began < seconds
    assert answer.data is not None
    assert len(answer.data) <= most_bytes


def test_the_open_shard_shows_what_is_done_what_runs_and_what_waits(asked: Asked) -> None:
    index = asked.read(minibatches.list_shards)
    [shard] = asked.read(minibatches.list_minibatches, shard=str(CLOSED))["shards"]

    assert (CLOSED, index["open"]["etag"]) == (index["open"]["shard"], shard["etag"])
    assert (CLOSED, False) == (len(index["closed"]), shard["is_closed"])
    assert "f" * OPEN + "r" * 7 + "w" * (MINIBATCHES_PER_SHARD - OPEN - 7) == shard["states"]
    assert [10] * MINIBATCHES_PER_SHARD == shard["files"]


def test_every_failure_of_a_running_job_is_in_a_group(asked: Asked) -> None:
    told = asked.read(insights.list_error_groups)

    count = CLOSED * MINIBATCHES_PER_SHARD + OPEN
    assert 3 == told["group_count"]
    assert 10 * count == sum(group["files"] for group in told["groups"]) == told["failed_files"]
    assert count == sum(group["mini_batches"] for group in told["groups"])
    assert {"no value in row <n> of <value>"} == {group["message"] for group in told["groups"]}


def test_a_page_far_into_a_group_is_short_too(asked: Asked) -> None:
    cause = asked.read(insights.list_error_groups)["groups"][0]["id"]
    began = time.process_time()

    page = asked.respond(
        insights.list_files_of_group, query={"$skiptoken": "NTkuMTAw"}, cause=cause
    )

    assert time.process_time() - began < 2
    assert 50 == len(page.body["value"])
    assert page.body["value"][0]["mini_batch"] >= 59 * MINIBATCHES_PER_SHARD


def test_what_happens_in_the_open_shard_leaves_the_closed_ones_as_they_were(tmp_path: Path) -> None:
    asked = a_job(tmp_path, ShortHub)
    before = asked.read(minibatches.list_shards)
    kept = asked.respond(minibatches.list_minibatches, query={"shard": "3"}).headers["ETag"]
    first = ShortHub.closed * MINIBATCHES_PER_SHARD + OPEN
    asked.services.results.record(
        "job-1", ShortHub.closed, a_record(Span(first=first, stop=first + 1))
    )

    after = asked.read(minibatches.list_shards)
    again = asked.respond(minibatches.list_minibatches, query={"shard": "3"}, etag=kept)

    assert before["closed"] == after["closed"]
    assert before["open"]["etag"] != after["open"]["etag"]
    assert 304 == again.status
