"""Who holds the task hub's key starts orchestrations with any input: none of it is believed."""

import json
from typing import Any

import pytest

from orchestrators import score_job, score_shard
from orchestrators.instance_input import REFUSED
from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.job import JobSpec
from shared.domain.message import JSON
from shared.services import Services
from tests.support.rehearsal import NOON, Rehearsal, play, undecorated
from tests.support.services_in_memory import (
    App,
    rehearse,
    run_job,
    upload,
)
from tests.support.specs import CONTAINER, a_spec

SCORE_JOB, SCORE_SHARD = undecorated(score_job.score_job), undecorated(score_shard.score_shard)
SECRET = "p1anted-s3cret"  # looked for everywhere


def stored(blobs: MemoryBlobs) -> dict[str, bytes]:
    return {name: blobs.read("batch-jobs", name).data for name in blobs.list_names("batch-jobs")}


def a_shard(job: str, key: str, **forged: Any) -> JSON:
    """The input of a job's first shard, as somebody may write it."""
    return {
        "job": job,
        "plan_key": key,
        "shard": 0,
        "span": {"first": 0, "stop": 2},
        "limits": {"parallelism": 1000, "error_threshold": -1},
        "tally": {"files": 10**6, "minibatches": 10**6, "failed_files": 0},
        "scoring_since": NOON.isoformat(),
        **forged,
    }


def test_a_job_without_a_document_ends_failed_by_a_value_and_leaves_nothing(app: App) -> None:
    services, blobs, _ = app

    ending = play(SCORE_JOB, rehearse(services), {"job": "nobodys"}, "nobodys")

    assert ("Failed", {}) == (ending["status"], stored(blobs))
    assert "There is no job 'nobodys'. Invoke the endpoint" in ending["reason"]


def test_a_job_whose_document_vanishes_for_good_ends_failed_by_a_value(app: App) -> None:
    """Nobody knows any more what was asked, once the worker that knew is another one."""
    services, blobs, _ = app
    upload(blobs, ["1", "2"])
    rehearsal = rehearse(services)
    original = rehearsal.activities["score_minibatch"]

    def vanish(given: Any) -> Any:
        blobs.delete("batch-jobs", "job-1/job.json")
        services.jobs.clear_cache()
        return original(given)

    rehearsal.activities = {**rehearsal.activities, "score_minibatch": vanish}
    ending = run_job(a_spec(), services, rehearsal)

    assert "Failed" == ending["status"]
    assert "The document of job 'job-1' is gone" in ending["reason"]
    assert not blobs.exists(CONTAINER, "out/job-1.csv")


INPUTS: list[JSON] = [
    None,
    "job-1",
    {},
    {"job": "job-1", "spec": a_spec().to_wire()},
    {"spec": a_spec().to_wire()},
    {"job": "other"},
    {"job": "../batch-registry/x"},
    {"job": "job-1", "plan": {"key": "k", "minibatches": 1, "shards": 1}},
    {"job": "job-1", "tally": {"files": 9, "minibatches": 9}},
    {"job": "job-1", "next_shard": -1},
    {"job": "job-1", "repairs": 21},
]


@pytest.mark.parametrize("given", INPUTS, ids=[str(number) for number in range(len(INPUTS))])
def test_what_is_not_just_the_name_of_its_own_job_is_refused(app: App, given: JSON) -> None:
    """Specs, plans and counts are not taken from an input; jobs from before an upgrade had them."""
    services, blobs, _ = app
    upload(blobs, ["1"])
    services.jobs.create(a_spec())
    before = stored(blobs)
    rehearsal = rehearse(services)

    ending = play(SCORE_JOB, rehearsal, given, "job-1")

    assert ("Failed", REFUSED) == (ending["status"], ending["reason"])
    assert ([], before) == (rehearsal.calls, stored(blobs))


def test_forged_progress_skips_nothing(app: App) -> None:
    """It may only make the names of shards other ones."""
    services, blobs, _ = app
    upload(blobs, ["1", "2", "3"])
    services.jobs.create(a_spec(mini_batch_size=1))

    given = {"job": "job-1", "next_shard": 99, "repairs": 3}
    ending = play(SCORE_JOB, rehearse(services), given, "job-1")

    assert ("Completed", 3) == (ending["status"], ending["tally"]["files"])
    assert 3 == len(blobs.read(CONTAINER, "out/job-1.csv").data.splitlines())


class Killed(Exception):
    """The orchestration ended from outside."""


def test_a_later_generation_goes_on_where_the_document_says(app: App) -> None:
    """Of three shards the first is done; the second and third follow, and the counts are whole."""
    services, blobs, scorer = app
    upload(blobs, ["1"] * 450)
    spec = a_spec(mini_batch_size=1)
    first = rehearse(services)
    original = first.activities["score_minibatch"]

    def killed_in_the_second_shard(given: Any) -> Any:
        if given["shard"] == 1:
            raise Killed
        return original(given)

    first.activities = {**first.activities, "score_minibatch": killed_in_the_second_shard}
    with pytest.raises(Killed):
        run_job(spec, services, first)
    scorer.minibatches.clear()

    second = rehearse(services)
    ending = play(SCORE_JOB, second, {"job": "job-1", "next_shard": 1}, "job-1")

    assert [1, 2] == [given["shard"] for given in second.payloads("score_shard")]
    assert 250 == len(scorer.minibatches)
    assert ("Completed", 450) == (ending["status"], ending["tally"]["files"])


def in_the_middle(services: Services, act: Any) -> Rehearsal:
    """A rehearsal in which something happens once, before the first bundle is scored."""
    rehearsal, acts = rehearse(services), [act]
    original = rehearsal.activities["score_minibatch"]

    def score(given: Any) -> Any:
        if acts:
            acts.pop()(given["plan_key"])
        return original(given)

    rehearsal.activities = {**rehearsal.activities, "score_minibatch": score}
    return rehearsal


@pytest.mark.parametrize("threshold", [-1, 0])
@pytest.mark.parametrize("stop", [1, 2, 5])
def test_a_forged_shard_beside_a_job_changes_neither_its_rows_nor_its_counts(
    app: App, stop: int, threshold: int
) -> None:
    """With counts of a million and only some of its mini-batches; the job may end Failed, too."""
    services, blobs, _ = app
    upload(blobs, ["1", "2", "bad", "4", "5"])

    def forge(key: str) -> None:
        given = a_shard("job-1", key, span={"first": 0, "stop": stop})
        result = play(SCORE_SHARD, rehearse(services), given, "job-1:000000.forged")
        assert 0 < result["tally"]["minibatches"] <= stop

    spec = a_spec(mini_batch_size=1, error_threshold=threshold)
    ending = run_job(spec, services, in_the_middle(services, forge))

    state = services.jobs.get("job-1").state
    status = "Completed" if threshold else "Failed"
    assert (status, status) == (ending["status"], state.status)
    receipt = json.loads(blobs.read("batch-jobs", "job-1/receipt.json").data)
    assert (4 if threshold else 2, 1) == (receipt["files"]["scored"], receipt["files"]["failed"])
    if threshold:
        rows = blobs.read(CONTAINER, "out/job-1.csv").data.decode().splitlines()
        assert [f"0,{i + 1},f{i:04d}.csv" for i in (0, 1, 3, 4)] == rows


def test_a_forged_shard_of_a_job_that_has_ended_touches_nothing(app: App) -> None:
    services, blobs, scorer = app
    upload(blobs, ["1", "2"])
    run_job(a_spec(mini_batch_size=1), services)
    plan = services.jobs.get("job-1").state.plan
    assert plan is not None
    before, scored = stored(blobs), len(scorer.minibatches)

    given = a_shard("job-1", plan.key)
    result = play(SCORE_SHARD, rehearse(services), given, "job-1:000000.forged")

    assert result["is_lost"]
    assert (before, scored) == (stored(blobs), len(scorer.minibatches))


@pytest.mark.parametrize(
    ("forged", "instance"),
    [
        ({}, "other:000000"),
        ({"shard": 1}, "job-1:000000"),
        ({"span": {"first": 0, "stop": 10**9}}, "job-1:000000"),
        ({"span": {"first": 5, "stop": 2}}, "job-1:000000"),
        ({"plan_key": "../../other/plan/k"}, "job-1:000000"),
        ({"settings": {"environment_variables": {"A": "B"}}}, "job-1:000000"),
    ],
)
def test_a_shard_that_is_none_is_refused(app: App, forged: JSON, instance: str) -> None:
    services, _, _ = app
    rehearsal = rehearse(services)

    result = play(SCORE_SHARD, rehearsal, a_shard("job-1", "k", **forged), instance)

    assert (REFUSED, []) == (result["fatal"], rehearsal.calls)


def test_mini_batches_outside_the_plan_are_not_scored(app: App) -> None:
    services, blobs, scorer = app
    upload(blobs, ["1"])

    def forge(key: str) -> None:
        given = a_shard("job-1", key, span={"first": -3, "stop": 0})
        assert play(SCORE_SHARD, rehearse(services), given, "job-1:000000.forged")["is_lost"]

    run_job(a_spec(), services, in_the_middle(services, forge))

    assert [["f0000.csv"]] == scorer.minibatches


def a_secret_spec(**settings: Any) -> JobSpec:
    spec = a_spec(environment_variables={"API_KEY": SECRET}, **settings)
    resolved = spec.resolved.model_copy(update={"environment_variables": {"API_KEY": SECRET}})
    return spec.model_copy(update={"resolved": resolved})


@pytest.mark.parametrize("content", ["1", "bad", "no-init", "boom"])
def test_no_payload_holds_a_secret_of_the_environment(app: App, content: str) -> None:
    """Of no orchestration and no activity, neither in nor out, and in no custom status."""
    services, blobs, _ = app
    upload(blobs, [content] * 3)
    rehearsal, results = rehearse(services), list[JSON]()

    def heard(name: str) -> Any:
        original = rehearsal.activities[name]

        def answer(given: Any) -> Any:
            results.append(original(given))
            return results[-1]

        return answer

    rehearsal.activities = {name: heard(name) for name in rehearsal.activities}
    results.append(run_job(a_secret_spec(mini_batch_size=1), services, rehearsal))

    crossed = json.dumps([[call.given for call in rehearsal.calls], rehearsal.statuses, results])
    assert "job-1" in crossed
    assert SECRET not in crossed
    assert "API_KEY" not in crossed
