"""Status URLs by role and setting, and a status whatever became of the orchestration."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.api.job_uris import status_urls
from shared.application.start_job import start_job
from shared.domain.custom_status import CustomStatus
from shared.domain.job import JobState, JobStatus
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.task import EndResult
from shared.settings import DurableUrls
from tests.support.client import Client
from tests.support.requests import http_request
from tests.support.specs import a_spec
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
    client: Client, role: str, setting: DurableUrls, *, is_durable: bool
) -> None:
    job = client.services.jobs.create(a_spec())
    settings = client.services.settings.model_copy(update={"durable_urls": setting})
    durable: Any = client.orchestrations
    durable.management_urls = lambda instance: DURABLE

    urls = status_urls(job, http_request(role=role), settings, durable)

    assert is_durable == (urls == DURABLE)
    if not is_durable:
        assert "http://here/endpoints/endpoint/jobs/job-1/status" == urls["statusQueryGetUri"]
        assert urls["terminatePostUri"].endswith("/workspaces/local/jobs/job-1/cancel")


def status(client: Client) -> Any:
    request = http_request(endpoint="endpoint", job="job-1")
    return get_status(request, client.services, client.durable)


def test_a_job_that_is_being_started_is_pending(client: Client) -> None:
    client.services.jobs.create(a_spec())

    answer = status(client)

    assert (202, "Pending") == (answer.status, answer.body["runtimeStatus"])


def test_an_ended_job_whose_history_was_purged_keeps_its_status(client: Client) -> None:
    spec = a_spec()
    client.services.jobs.create(spec)
    ended = datetime(2026, 1, 2, tzinfo=UTC)
    state = JobState(status=JobStatus.FAILED, reason="r", tally=Tally(files=2), ended_at=ended)
    client.services.jobs.advance(spec, state)

    answer = status(client)

    assert (200, "Completed") == (answer.status, answer.body["runtimeStatus"])
    output, custom = answer.body["output"], answer.body["customStatus"]
    assert ("Failed", "r", 2) == (output["status"], output["reason"], output["tally"]["files"])
    assert ("Failed", 2) == (custom["status"], custom["tally"]["files"])
    assert "2026-01-02T00:00:00Z" == answer.body["lastUpdatedTime"]


def an_instance(client: Client, ended: str, custom: CustomStatus, output: Any = None) -> None:
    """The job's orchestration, as the hub tells it."""
    told = client.orchestrations._instance("score_job", ended, output)
    client.orchestrations.instances["job-1"] = replace(told, custom_status=custom.to_wire())


RUNNING = CustomStatus(status=JobStatus.RUNNING, tally=Tally(files=5, minibatches=5))


@pytest.mark.parametrize(
    ("ended", "end"), [("Terminated", "Canceled"), ("Failed", "Failed"), ("Completed", "Failed")]
)
@pytest.mark.parametrize(("documented", "files"), [(0, 5), (7, 7)])
def test_what_an_orchestration_said_last_gives_way_to_the_jobs_end(
    client: Client, ended: str, end: str, documented: int, files: int
) -> None:
    """It was ended from outside while it said Running. No count falls, and the plan stays."""
    spec, plan = a_spec(), Plan(key="k", files=9, minibatches=9, shards=1)
    client.services.jobs.create(spec)
    tally = Tally(files=documented, minibatches=documented)
    reached = JobState(status=JobStatus.RUNNING, plan=plan, tally=tally)
    client.services.jobs.advance(spec, reached)
    an_instance(client, ended, RUNNING)

    answer = status(client)

    assert (200, ended) == (answer.status, answer.body["runtimeStatus"])
    custom = CustomStatus.from_wire(answer.body["customStatus"])
    assert (end, Tally(files=files, minibatches=files), plan) == (
        custom.status,
        custom.tally,
        custom.plan,
    )
    assert (end, files) == (
        answer.body["output"]["status"],
        answer.body["output"]["tally"]["files"],
    )
    assert answer.body == status(client).body


def test_an_end_that_knows_no_counts_leaves_the_documents(client: Client) -> None:
    spec = a_spec()
    client.services.jobs.create(spec)
    reached = JobState(status=JobStatus.RUNNING, tally=Tally(files=7, minibatches=7))
    client.services.jobs.advance(spec, reached)
    ended = EndResult(status=JobStatus.FAILED, reason="r", tally=None)
    failed = CustomStatus(status=JobStatus.FAILED, tally=None)
    an_instance(client, "Completed", failed, ended.to_wire())

    body = status(client).body

    assert ("Failed", 7) == (body["customStatus"]["status"], body["customStatus"]["tally"]["files"])
    assert ("r", 7) == (body["output"]["reason"], body["output"]["tally"]["files"])


def test_an_ended_job_stays_ended_while_its_orchestration_is_restarted(client: Client) -> None:
    """Who polls never sees a 202 after a 200."""
    spec = a_spec()
    client.services.jobs.create(spec)
    client.services.jobs.advance(spec, JobState(status=JobStatus.COMPLETED))
    an_instance(client, "", CustomStatus(status=JobStatus.PREPARING))

    answer = status(client)

    assert (200, "Completed") == (answer.status, answer.body["runtimeStatus"])
    assert "Completed" == answer.body["customStatus"]["status"]


def test_a_running_job_says_what_its_orchestration_says(client: Client) -> None:
    client.services.jobs.create(a_spec())
    an_instance(client, "", RUNNING)

    answer = status(client)

    assert (202, "Running", RUNNING.to_wire()) == (
        answer.status,
        answer.body["runtimeStatus"],
        answer.body["customStatus"],
    )


@pytest.mark.parametrize("output", [None, {"state": "Failed", "reason": "x"}, "text"])
def test_an_instance_that_is_no_jobs_neither_hides_nor_ends_the_job(
    client: Client, output: Any
) -> None:
    """Somebody started another orchestration under the job's name: the job starts all the same."""
    job = client.services.jobs.create(a_spec())
    client.orchestrations.is_idle = True
    squatter = client.orchestrations._instance("retire_endpoint", "Completed", output)
    client.orchestrations.instances["job-1"] = squatter

    answer = status(client)
    start_job(job, client.services.jobs, client.durable)

    assert (202, "score_job") == (answer.status, answer.body["name"])
    assert ("score_job", {"job": "job-1", "next_shard": 0, "repairs": 0}) == (
        client.orchestrations.waiting["job-1"]
    )
