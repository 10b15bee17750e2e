"""What a store lost, and steps that run twice: the job's bytes stay the same."""

from pathlib import Path
from typing import Any

import pytest

from shared.domain.job import JobStatus
from tests.app.job_results import predictions, receipt
from tests.support.services_in_memory import (
    App,
    rehearse,
    run_job,
    services_in_memory,
    upload,
)
from tests.support.specs import a_spec

LOSSES = ["plan", "outcomes", "parts", "job.json"]


@pytest.mark.parametrize("lost", LOSSES)
@pytest.mark.parametrize("step", ["score_minibatch", "close_shard", "end_job"])
def test_what_the_store_lost_is_done_again(tmp_path: Path, lost: str, step: str) -> None:
    """Whatever kind of document vanishes, once, before whichever step: the same bytes."""
    services, blobs, _ = services_in_memory(tmp_path)
    upload(blobs, [str(index) for index in range(30)])
    rehearsal = rehearse(services)
    original, losses = rehearsal.activities[step], [lost]

    def lose_first(given: Any) -> Any:
        if losses:
            losses.pop()
            for name in list(blobs.list_names("batch-jobs", f"job-1/{lost}")):
                blobs.delete("batch-jobs", name)
            services.plans.clear_cache()
        return original(given)

    rehearsal.activities = {**rehearsal.activities, step: lose_first}
    ending = run_job(a_spec(mini_batch_size=2, max_concurrency_per_instance=2), services, rehearsal)

    assert "Completed" == ending["status"]
    assert [f"0,{i},f{i:04d}.csv" for i in range(30)] == predictions(blobs)
    assert JobStatus.COMPLETED is services.jobs.get("job-1").state.status
    assert "proven" == receipt(blobs)["verdict"]


@pytest.mark.parametrize("step", ["plan_job", "score_minibatch", "close_shard", "end_job"])
def test_every_step_may_run_twice(tmp_path: Path, step: str) -> None:
    """Each call of the step is made twice, and the first one's answer is thrown away."""
    services, blobs, _ = services_in_memory(tmp_path)
    upload(blobs, ["1", "bad", "2", "3", "4"])
    rehearsal = rehearse(services)
    original = rehearsal.activities[step]

    def twice(given: Any) -> Any:
        original(given)
        return original(given)

    rehearsal.activities = {**rehearsal.activities, step: twice}
    ending = run_job(a_spec(mini_batch_size=2), services, rehearsal)

    assert "Completed" == ending["status"]
    assert 4 == len(predictions(blobs))
    assert 1 == receipt(blobs)["files"]["failed"]


def test_a_late_twin_of_the_end_changes_nothing(app: App) -> None:
    services, blobs, _ = app
    upload(blobs, ["1", "2"])
    rehearsal = rehearse(services)
    run_job(a_spec(), services, rehearsal)
    before = {name: blobs.read("batch-jobs", name).data for name in blobs.list_names("batch-jobs")}

    for call in rehearsal.calls:
        if call.name in rehearsal.activities:
            rehearsal.activities[call.name](call.given)

    after = {name: blobs.read("batch-jobs", name).data for name in before}
    assert before == after
    assert 2 == len(predictions(blobs))
