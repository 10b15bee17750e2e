"""Status URLs by role and setting, and a status whatever became of the orchestration."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.api.job_uris import status_urls
from shared.application.start_job import start_job
from shared.domain.job import JobState, JobStatus
from shared.domain.outcome import Tally
from shared.settings import DurableUrls
from tests.support.specs import a_spec
from tests.triggers.asking import ask
from tests.triggers.resources import Desk
from triggers.job_status import get_status

DURABLE = {"statusQueryGetUri": "http://hub?code=key", "purgeHistoryDeleteUri": "http://hub"}


@pytest.mark.parametrize(
    ("role", "setting", "is_durable"),
    [
        ("invoker", DurableUrls.CONTRIBUTORS, False),
        ("invoker", DurableUrls.EVERYONE, True),
        ("contributor", DurableUrls.CONTRIBUTORS, True),
        ("contributor", DurableUrls.EVERYONE, True),
    ],
)
def test_the_hubs_key_is_for_contributors_unless_the_setting_says_so(
    desk: Desk, role: str, setting: DurableUrls, *, is_durable: bool
) -> None:
    job = desk.services.jobs.create(a_spec())
    settings = desk.services.settings.model_copy(update={"durable_urls": setting})
    client: Any = desk.orchestrations
    client.management_urls = lambda instance: DURABLE

    urls = status_urls(job, ask(role=role), settings, client)

    assert is_durable == (urls == DURABLE)
    if not is_durable:
        assert "http://here/endpoints/endpoint/jobs/job-1/status" == urls["statusQueryGetUri"]
        assert urls["terminatePostUri"].endswith("/workspaces/local/jobs/job-1/cancel")


def status(desk: Desk) -> Any:
    request = ask(endpoint="endpoint", job="job-1")
    return get_status(request, desk.services, desk.client)


def test_a_job_that_is_being_started_is_pending(desk: Desk) -> None:
    desk.services.jobs.create(a_spec())

    answer = status(desk)

    assert (202, "Pending") == (answer.status, answer.body["runtimeStatus"])


def test_an_ended_job_whose_history_was_purged_keeps_its_status(desk: Desk) -> None:
    spec = a_spec()
    desk.services.jobs.create(spec)
    ended = datetime(2026, 1, 2, tzinfo=UTC)
    state = JobState(status=JobStatus.FAILED, reason="r", tally=Tally(files=2), ended_at=ended)
    desk.services.jobs.advance(spec, state)

    answer = status(desk)

    assert (200, "Completed") == (answer.status, answer.body["runtimeStatus"])
    output = answer.body["output"]
    assert ("Failed", "r", 2) == (output["status"], output["reason"], output["tally"]["files"])
    assert "2026-01-02T00:00:00Z" == answer.body["lastUpdatedTime"]


@pytest.mark.parametrize("output", [None, {"state": "Failed", "reason": "x"}, "text"])
def test_an_instance_that_is_no_jobs_neither_hides_nor_ends_the_job(
    desk: Desk, output: Any
) -> None:
    """Somebody started another orchestration under the job's name: the job starts all the same."""
    job = desk.services.jobs.create(a_spec())
    desk.orchestrations.is_idle = True
    squatter = desk.orchestrations._instance("retire_endpoint", "Completed", output)
    desk.orchestrations.instances["job-1"] = squatter

    answer = status(desk)
    start_job(job, desk.services.jobs, desk.client)

    assert (202, "score_job") == (answer.status, answer.body["name"])
    assert ("score_job", {"job": "job-1", "next_shard": 0, "repairs": 0}) == (
        desk.orchestrations.waiting["job-1"]
    )
