"""Steps may run twice, fail and be made again; what is told of a job stays true."""

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.errors import ServiceUnavailable
from shared.domain.trace_context import TraceContext
from tests.support.rehearsal import Rehearsal
from tests.support.services_in_memory import App, rehearse, run_job, upload
from tests.support.specs import a_spec
from tests.telemetry.conftest import Kept

CALLER = f"00-{'a' * 32}-{'b' * 16}-01"
FILES = ["1", "bad", "2", "3", "once", "4"]


def tally(services: Any) -> dict[tuple[str, Any], float]:
    """What the job's document counts, as metrics name it."""
    found = services.jobs.get("job-1").state.tally
    counts = {
        ("batch.files", "succeeded"): found.files - found.failed_files,
        ("batch.files", "failed"): found.failed_files,
        ("batch.minibatches", "succeeded"): found.minibatches - found.failed_minibatches,
        ("batch.minibatches", "failed"): found.failed_minibatches,
        ("batch.rows", None): found.rows,
        ("batch.retries", None): found.retries,
    }
    return {key: value for key, value in counts.items() if value}


def counted(kept: Kept) -> dict[tuple[str, Any], float]:
    names = ("batch.files", "batch.minibatches", "batch.rows", "batch.retries")
    return {key: value for key, value in kept.counts.items() if key[0] in names}


def change(rehearsal: Rehearsal, step: str, wrap: Any) -> Rehearsal:
    original = rehearsal.activities[step]
    activities = {**rehearsal.activities, step: lambda given: wrap(original, given)}
    return replace(rehearsal, activities=activities)


def play(app: App, rehearsal: Rehearsal, **spec: Any) -> None:
    services, blobs, _ = app
    upload(blobs, FILES)
    job = a_spec(mini_batch_size=1, max_retries=2).model_copy(update=spec)
    assert "Completed" == run_job(job, services, rehearsal)["status"]


def test_a_job_is_one_trace_under_its_callers_span(app: App, kept: Kept) -> None:
    play(app, rehearse(app[0]), traceparent=CALLER)

    (job,), (plan,), (shard,), (end,) = (kept.of(name) for name in ("job", "plan", "shard", "end"))
    assert {"a" * 32} == {f"{span.context.trace_id:032x}" for span in kept.spans}
    assert job.parent is not None
    assert "b" * 16 == f"{job.parent.span_id:016x}"
    assert plan.parent == shard.parent == end.parent == job.context
    assert {shard.context} == {span.parent for span in kept.of("bundle")}
    assert {span.context for span in kept.of("bundle")} == {run.parent for run in kept.of("run")}
    assert list(range(6)) == sorted(
        int(run.attributes["batch.minibatch.index"]) for run in kept.of("run")
    )


def test_a_job_that_nobody_traces_is_a_trace_of_its_own(app: App, kept: Kept) -> None:
    play(app, rehearse(app[0]))

    (job,) = kept.of("job")
    assert job.parent is None
    assert 1 == len({span.context.trace_id for span in kept.spans})


def test_a_caller_that_does_not_sample_is_heeded(app: App, kept: Kept) -> None:
    play(app, rehearse(app[0]), traceparent=CALLER.removesuffix("01") + "00")

    assert [] == [span for span in kept.spans if span.context.is_sampled]
    assert tally(app[0]) == counted(kept)


def test_metrics_add_up_to_the_jobs_document(app: App, kept: Kept) -> None:
    play(app, rehearse(app[0]))

    assert tally(app[0]) == counted(kept)
    assert 1 == kept.counts["batch.jobs", "Completed"]
    assert 1 == kept.counts["batch.job.queue.duration", None]


@pytest.mark.parametrize("step", ["plan_job", "score_minibatch", "close_shard", "end_job"])
def test_a_step_that_runs_twice_is_counted_once(app: App, kept: Kept, step: str) -> None:
    def twice(original: Any, given: Any) -> Any:
        original(given)
        return original(given)

    play(app, change(rehearse(app[0]), step, twice))

    assert tally(app[0]) == counted(kept)
    assert 1 == len(kept.of("job"))
    assert 1 == len(kept.of("shard"))
    assert 1 == kept.counts["batch.jobs", "Completed"]


def test_each_run_of_a_bundle_is_a_span_of_its_own(app: App, kept: Kept) -> None:
    def twice(original: Any, given: Any) -> Any:
        original(given)
        return original(given)

    play(app, change(rehearse(app[0]), "score_minibatch", twice))

    bundles, runs = kept.of("bundle"), kept.of("run")
    assert 12 == len(runs)
    assert len(kept.spans) == len({span.context for span in kept.spans})
    assert len(bundles) == len({span.context for span in bundles})


def test_a_step_that_fails_is_told_of_and_counted(
    app: App, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, blobs, _ = app
    upload(blobs, FILES)
    services.jobs.create(a_spec())
    store = type(services.results)

    def refuse(*_: Any, **_more: Any) -> None:
        raise ServiceUnavailable("The store does not answer: AccountKey=c2VjcmV0;", fix="Wait.")

    rehearsal = rehearse(services)
    planned = rehearsal.activities["plan_job"]({"job": "job-1"})
    monkeypatch.setattr(store, "stage", refuse)
    bundle = {"job": "job-1", "plan_key": planned["plan"]["key"], "shard": 0, "failed_before": 0}
    with pytest.raises(ServiceUnavailable):
        rehearsal.activities["score_minibatch"]({**bundle, "span": {"first": 0, "stop": 1}})

    (failed,) = kept.of("score_minibatch")
    assert "The store does not answer" in failed.problem
    assert "c2VjcmV0" not in failed.problem
    assert "ServiceUnavailable" == failed.attributes["error.type"]
    assert 1 == kept.counts["batch.step.failures", None]


def test_every_line_says_which_job_deployment_and_mini_batches(app: App, kept: Kept) -> None:
    play(app, rehearse(app[0]))

    texts = [line.text for line in kept.lines]
    assert "Job planned: 6 files in 6 mini-batches." in texts
    assert "Job ended: Completed." in texts
    failed = next(line for line in kept.lines if line.text.startswith("Mini-batch failed"))
    assert "1" == failed.attributes["batch.minibatch.range"]
    for line in kept.lines:
        assert "job-1" == line.attributes["batch.job.name"]
        assert "endpoint" == line.attributes["batch.endpoint.name"]
        assert "deployment" == line.attributes["batch.deployment.name"]
        assert line.attributes["batch.minibatch.range"]
        assert line.context


def test_a_try_that_failed_is_an_event_of_its_run(app: App, kept: Kept) -> None:
    play(app, rehearse(app[0]))

    retried = next(run for run in kept.of("run") if 4 == run.attributes["batch.minibatch.index"])
    assert 2 == retried.attributes["batch.try.count"]
    assert ["exception"] == [event.name for event in retried.events]
    assert "Boom" == retried.events[0].attributes["exception.type"]
    assert not retried.problem


def test_a_span_is_named_alike_on_every_host(app: App, kept: Kept) -> None:
    play(app, rehearse(app[0]), traceparent=CALLER)

    caller = TraceContext.of_header(CALLER)
    assert caller is not None
    assert caller.child("job-1", "shard", "0") == kept.of("shard")[0].context
