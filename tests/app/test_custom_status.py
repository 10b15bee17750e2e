"""The custom status: it never goes back, and stays at the job's end, in each way a job can end."""

from collections.abc import Callable
from typing import Any

import pytest

from orchestrators import score_job
from shared.domain.custom_status import CustomStatus
from shared.domain.job import JobStatus
from shared.domain.outcome import Tally
from shared.services import Services
from tests.support.failures import give_up
from tests.support.rehearsal import Rehearsal, play, undecorated
from tests.support.services_in_memory import App, rehearse, run_job, upload
from tests.support.specs import a_spec

SCORE_JOB = undecorated(score_job.score_job)
BEFORE_THE_END = (JobStatus.PREPARING, JobStatus.RUNNING, JobStatus.FINALIZING)

type Answer = Callable[[Any], Any]


def told(rehearsal: Rehearsal) -> list[CustomStatus]:
    """What `score_job` said; its shards say their tally only."""
    return [CustomStatus.from_wire(one) for one in rehearsal.statuses if "status" in one]


def with_step(services: Services, step: str, make: Callable[[Answer], Answer]) -> Rehearsal:
    """A rehearsal in which one step's activity is another one."""
    rehearsal = rehearse(services)
    rehearsal.activities = {**rehearsal.activities, step: make(rehearsal.activities[step])}
    return rehearsal


def canceling_before(services: Services) -> Callable[[Answer], Answer]:
    def make(original: Answer) -> Answer:
        def act(given: Any) -> Any:
            services.signals.stop("job-1")
            return original(given)

        return act

    return make


@pytest.mark.parametrize(
    ("contents", "threshold", "status", "files", "failed"),
    [
        (["1", "bad", "3"], -1, "Completed", 3, 1),
        (["bad", "bad", "3"], 0, "Failed", 1, 1),
        (["bad", "bad"], -1, "Failed", 2, 2),
        (["no-init"], -1, "Failed", 0, 0),
        ([], -1, "Failed", 0, 0),
    ],
    ids=["completed", "over the threshold", "nothing succeeded", "init failed", "no input"],
)
def test_the_custom_status_ends_in_the_jobs_end_with_its_counts(
    app: App, contents: list[str], threshold: int, status: str, files: int, failed: int
) -> None:
    services, blobs, _ = app
    upload(blobs, contents)
    rehearsal = rehearse(services)

    ending = run_job(a_spec(mini_batch_size=1, error_threshold=threshold), services, rehearsal)

    last, state = told(rehearsal)[-1], services.jobs.get("job-1").state
    assert last.tally is not None
    assert (status, files, failed) == (last.status, last.tally.files, last.tally.failed_files)
    assert (ending["status"], ending["tally"]) == (last.status, last.tally.to_wire())
    assert (state.status, state.tally, state.plan, "") == (
        last.status,
        last.tally,
        last.plan,
        last.shard,
    )


@pytest.mark.parametrize(
    ("step", "files"), [("plan_job", 0), ("score_minibatch", 0), ("close_shard", 3)]
)
def test_a_canceled_job_ends_in_canceled_whenever_it_was_canceled(
    app: App, step: str, files: int
) -> None:
    services, blobs, _ = app
    upload(blobs, ["1"] * 450)
    rehearsal = with_step(services, step, canceling_before(services))

    run_job(a_spec(mini_batch_size=1), services, rehearsal)

    last, state = told(rehearsal)[-1], services.jobs.get("job-1").state
    assert ("Canceled", state.tally) == (last.status, last.tally)
    assert state.tally.files >= files
    assert state.tally.files < 450


@pytest.mark.parametrize("step", ["plan_job", "score_minibatch", "close_shard", "end_job"])
def test_a_step_that_is_given_up_ends_in_failed_with_what_was_counted(app: App, step: str) -> None:
    services, blobs, _ = app
    upload(blobs, ["1", "2"])
    rehearsal = with_step(services, step, lambda _: give_up)

    ending = run_job(a_spec(), services, rehearsal)

    last = told(rehearsal)[-1]
    assert ("Failed", ending["tally"]) == (last.status, last.to_wire()["tally"])
    assert (2 if step == "end_job" else 0) == ending["tally"]["files"]


def test_an_input_that_is_refused_ends_in_failed(app: App) -> None:
    services, _, _ = app
    rehearsal = rehearse(services)

    ending = play(SCORE_JOB, rehearsal, {"job": "another"}, "job-1")

    assert ("Failed", [CustomStatus(status=JobStatus.FAILED)]) == (
        ending["status"],
        told(rehearsal),
    )


class Killed(Exception):
    """The orchestration ended from outside."""


def killed_in_the_second_shard(original: Answer) -> Answer:
    def score(given: Any) -> Any:
        if given["shard"] == 1:
            raise Killed
        return original(given)

    return score


def after_a_first_generation(app: App) -> Services:
    """Of three shards one is closed, and the document says so."""
    services, blobs, _ = app
    upload(blobs, ["1"] * 450)
    first = with_step(services, "score_minibatch", killed_in_the_second_shard)
    with pytest.raises(Killed):
        run_job(a_spec(mini_batch_size=1), services, first)
    return services


def test_a_later_generation_goes_on_from_what_the_one_before_it_said(app: App) -> None:
    """It prepares nothing, and begins with the counts of the shards that are closed."""
    services = after_a_first_generation(app)
    rehearsal = rehearse(services)

    play(SCORE_JOB, rehearsal, {"job": "job-1", "next_shard": 1}, "job-1")

    said = told(rehearsal)
    assert ["Running", "Running", "Finalizing", "Completed"] == [one.status for one in said]
    assert [200, 400, 450, 450] == [one.tally.files for one in said if one.tally]


def test_a_later_generation_that_never_read_the_document_claims_no_counts(app: App) -> None:
    services = after_a_first_generation(app)
    rehearsal = with_step(services, "plan_job", lambda _: give_up)

    ending = play(SCORE_JOB, rehearsal, {"job": "job-1", "next_shard": 1}, "job-1")

    (last,) = told(rehearsal)
    assert ("Failed", None, None) == (last.status, last.tally, ending["tally"])


def test_the_custom_status_never_goes_back_though_shards_are_lost(app: App) -> None:
    """A plan made again is no preparing, and a shard scored again is not counted twice."""
    services, blobs, _ = app
    upload(blobs, ["1"] * 450)
    losses = ["plan", "parts"]

    def lose(original: Answer) -> Answer:
        def close(given: Any) -> Any:
            if losses and given["shard"]:
                for name in list(blobs.list_names("batch-jobs", f"job-1/{losses.pop(0)}")):
                    blobs.delete("batch-jobs", name)
                services.plans.clear_cache()
            return original(given)

        return close

    rehearsal = with_step(services, "close_shard", lose)
    run_job(a_spec(mini_batch_size=1), services, rehearsal)

    assert [] == losses
    said = told(rehearsal)
    ranks = [BEFORE_THE_END.index(one.status) for one in said[:-1]]
    redone = [one for one in said[ranks.index(2) :] if one.status is JobStatus.RUNNING]
    assert sorted(ranks[: ranks.index(2)]) == ranks[: ranks.index(2)]
    assert [(Tally, 450, "")] == [
        (type(t.tally), t.tally.files, t.shard) for t in redone if t.tally
    ]
    assert ("Completed", 450) == (said[-1].status, said[-1].tally and said[-1].tally.files)
