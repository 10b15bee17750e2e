"""Telemetry of the real service: a real job on the real local host, sent to a real collector."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.conftest import deploy_on
from tests.service.models import csv_of
from tests.support import two_hosts
from tests.support.otlp import SOON, Collector, ToldSpan, collecting
from tests.support.stack import Stack, scorers_of, served
from tests.support.waiting import wait_until

HEADER_SECRET = "k3y-of-the-collector"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SERVER = 2
NOT_REACHED = "Telemetry does not reach"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Stack]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in SOON.items():
            environment.setenv(name, value)
        environment.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"x-api-key={HEADER_SECRET}")
        state = tmp_path_factory.mktemp("telemetry") / "state"
        with served(state, otlp=collector.url) as running:
            deploy_on(running, "told", miniBatchSize=2, errorThreshold=-1)
            yield running


@pytest.fixture(scope="module")
def job(own: Stack, collector: Collector) -> Any:
    """An ended job of ten files, one of which fails; all of it has been told."""
    files = {f"f{n}.csv": csv_of((n, 666 if n == 3 else n)) for n in range(10)}
    uri = own.upload("told", files)
    given = {"input": {"jobInputType": "UriFolder", "uri": uri}}
    answer = own.send(
        "POST",
        "/endpoints/told/jobs",
        {"properties": {"inputData": given}},
        headers={"traceparent": f"00-{TRACE}-{SPAN}-01"},
    )
    assert 201 == answer.status, answer.body
    assert "Completed" == own.ended(answer.body)["status"]
    name = answer.body["name"]
    wait_until(lambda: collector.of(name, "job") and collector.total("batch.jobs"), limit_s=60)
    wait_until(lambda: any(line.text.startswith("Job ended") for line in collector.lines))
    return answer.body


def only(spans: list[ToldSpan]) -> ToldSpan:
    (span,) = spans
    return span


def test_a_job_is_one_trace_from_its_caller_to_each_run(collector: Collector, job: Any) -> None:
    spans = collector.of(job["name"])
    invoke = only([span for span in spans if span.kind == SERVER])
    root = only(collector.of(job["name"], "job"))
    shard = only(collector.of(job["name"], "shard"))
    bundles = collector.of(job["name"], "bundle")
    runs = collector.of(job["name"], "run")

    assert {TRACE} == {span.trace for span in spans}
    assert "POST /endpoints/{endpoint}/jobs" == invoke.name
    assert SPAN == invoke.parent
    assert invoke.id == root.parent
    assert root.id == only(collector.of(job["name"], "plan")).parent == shard.parent
    assert root.id == only(collector.of(job["name"], "end")).parent
    assert {shard.id} == {bundle.parent for bundle in bundles}
    assert {bundle.id for bundle in bundles} == {run.parent for run in runs}
    assert [0, 1, 2, 3, 4] == sorted(run.attributes["batch.minibatch.index"] for run in runs)
    assert len(spans) == len({span.id for span in spans})


def test_a_span_lasts_as_long_as_what_it_tells_of(collector: Collector, job: Any) -> None:
    root = only(collector.of(job["name"], "job"))

    for span in collector.of(job["name"]):
        assert span.start <= span.end
        if span.kind != SERVER:
            assert root.start <= span.start
    for run in collector.of(job["name"], "run"):
        assert run.attributes["batch.run.duration"] * 1e9 <= run.end - run.start


def test_the_run_that_failed_is_told_as_failed(collector: Collector, job: Any) -> None:
    failed = only([run for run in collector.of(job["name"], "run") if run.is_error])

    assert 1 == failed.attributes["batch.minibatch.index"]
    assert 1 == failed.attributes["batch.file.failed_count"]


def test_the_metrics_say_what_the_receipt_says(own: Stack, collector: Collector, job: Any) -> None:
    receipt = own.receipt(job)

    def succeeded() -> float:
        return collector.total("batch.files", outcome="succeeded")

    wait_until(lambda: receipt["files"]["scored"] == succeeded())
    assert receipt["files"]["failed"] == collector.total("batch.files", outcome="failed")
    assert 4 == collector.total("batch.minibatches", outcome="succeeded")
    assert 1 == collector.total("batch.minibatches", outcome="failed")
    assert 9 == collector.total("batch.rows")
    assert 5 == collector.total("batch.run.duration")
    assert collector.total("batch.scoring.time") > 0
    assert collector.total("batch.init.duration") >= 1
    assert collector.total("batch.scorer.memory") > 0
    assert collector.total("process.memory.usage") > 0
    assert {"batch.scorers", "batch.scorer.queue"} <= set(collector.units)


def test_every_line_of_the_job_says_what_it_is_about(collector: Collector, job: Any) -> None:
    lines = [line for line in collector.lines if line.trace == TRACE]

    assert {"Job invoked.", "Shard closed.", "Job ended: Completed."} <= {one.text for one in lines}
    for line in lines:
        about = line.attributes
        assert (job["name"], "told", "main") == (
            about["batch.job.name"],
            about["batch.endpoint.name"],
            about["batch.deployment.name"],
        )
        assert about["batch.minibatch.range"]
    failed = only_line([line for line in lines if line.severity == "WARN"])
    assert "1" == failed.attributes["batch.minibatch.range"]
    assert "ValueError" == failed.attributes["error.type"]


def only_line[T](lines: list[T]) -> T:
    (line,) = lines
    return line


def test_a_refused_invoke_is_told_to_its_caller_too(own: Stack, collector: Collector) -> None:
    trace = "a" * 32
    header = {"traceparent": f"00-{trace}-{SPAN}-01"}
    answer = own.send("POST", "/endpoints/nobody/jobs", {"properties": {}}, headers=header)

    assert 404 == answer.status
    wait_until(lambda: [span for span in collector.spans if span.trace == trace])
    refused = only([span for span in collector.spans if span.trace == trace])
    assert refused.is_error
    assert "NotFound" == refused.attributes["error.type"]


def test_the_collectors_key_is_sent_and_told_to_nobody(
    own: Stack, collector: Collector, job: Any
) -> None:
    assert job
    assert {HEADER_SECRET} == {headers.get("x-api-key") for headers in collector.headers}
    assert HEADER_SECRET.encode() not in b"".join(collector.raw)
    assert HEADER_SECRET not in own.log.read_text()
    for process in scorers_of(own):
        names = process.environ()
        assert [] == [name for name in names if name.startswith(("OTEL_", "APPLICATIONINSIGHTS_"))]


def test_what_sends_is_named(collector: Collector, job: Any) -> None:
    assert job
    assert {"batch-endpoints"} == {resource["service.name"] for resource in collector.resources}
    assert all(resource["service.instance.id"] for resource in collector.resources)


def test_a_collector_that_never_answers_costs_a_job_nothing(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job completes, and one line of each host's log says that nothing arrives."""
    for name, value in (SOON | {"OTEL_EXPORTER_OTLP_TIMEOUT": "1"}).items():
        monkeypatch.setenv(name, value)
    with collecting(hangs=True) as silent, served(tmp_path / "state", otlp=silent.url) as stack:
        deploy_on(stack, "silent", miniBatchSize=1)
        uri = stack.upload("silent", {f"{name}.csv": csv_of((1, 1)) for name in "abcdef"})
        assert "Completed" == stack.ended(stack.invoke("silent", uri))["status"]
        wait_until(lambda: NOT_REACHED in stack.log.read_text(), limit_s=60)
    lines = [line for line in stack.log.read_text().splitlines() if NOT_REACHED in line]
    by_host = Counter(line.partition("|")[0].strip() for line in lines)
    assert {1} == set(by_host.values())
    assert len(by_host) <= two_hosts.INSTANCES
