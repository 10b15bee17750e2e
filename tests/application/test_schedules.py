"""Schedules by a simulated clock: which jobs they make, when, and of what."""

from collections.abc import Callable

import pytest

from shared.api.routes import UNBOUND
from shared.domain.job import JobStatus
from tests.application.schedules import FOLDER, HOUR, Clockwork, at, invoking, names
from tests.support.client import Client
from tests.support.faulty_blobs import FaultyBlobs
from tests.support.requests import http_request
from tests.support.specs import CONTAINER
from triggers import schedules

LATE = 0.5  # hours: longer than what is in time


@pytest.fixture
def clockwork(make_client: Callable[[], tuple[Client, FaultyBlobs]]) -> Clockwork:
    client, blobs = make_client()
    blobs.write(CONTAINER, "in/a.csv", b"1")
    client.orchestrations.is_idle = True
    return Clockwork(client)


def test_a_due_time_makes_a_job_once_it_has_come(clockwork: Clockwork) -> None:
    clockwork.put()

    clockwork.look(at(0.99))
    before = clockwork.jobs()
    clockwork.look(at(1))
    clockwork.look(at(1.01))
    clockwork.look(at(2.01))

    assert names(0) == before  # it was put at a due time
    assert names(0, 1, 2) == clockwork.jobs()
    assert set(names(0, 1, 2)) == set(clockwork.hub.waiting)
    assert JobStatus.NOT_STARTED is clockwork.job(names(1)[0]).state.status
    assert "Ada" == clockwork.job(names(1)[0]).spec.created_by


@pytest.mark.parametrize(
    ("catchup", "made"),
    [("once", [1, 5]), ("all", [1, 2, 3, 4, 5]), ("none", [1])],
)
def test_what_was_missed_runs_as_its_catchup_says(
    clockwork: Clockwork, catchup: str, made: list[int]
) -> None:
    """From 01:01 to 05:30 nobody looks."""
    clockwork.put(catchup=catchup, since=at(0.5))
    clockwork.look(at(1.01))

    clockwork.look(at(5 + LATE))
    clockwork.look(at(5 + LATE + 0.01))

    assert names(*made) == clockwork.jobs()
    clockwork.look(at(6))
    assert names(*made, 6) == clockwork.jobs()


def test_a_time_that_is_in_time_runs_whatever_was_missed_before_it(clockwork: Clockwork) -> None:
    clockwork.put(catchup="none", since=at(0.5))

    clockwork.look(at(5.05))

    assert names(5) == clockwork.jobs()


def test_a_long_outage_is_caught_up_with_in_several_looks(clockwork: Clockwork) -> None:
    clockwork.put(catchup="all", since=at(0.5))

    clockwork.look(at(25 + LATE))
    first = clockwork.jobs()
    for minute in range(4):
        clockwork.look(at(25 + LATE + minute / 60))

    assert names(*range(1, 11)) == first
    assert names(*range(1, 26)) == clockwork.jobs()


def test_a_disabled_schedule_makes_no_job_and_makes_none_of_that_time_later(
    clockwork: Clockwork,
) -> None:
    clockwork.put(isEnabled=False, catchup="all")
    clockwork.look(at(3))
    clockwork.put(isEnabled=True, catchup="all", since=at(3.5))

    clockwork.look(at(4.01))

    assert names(4) == clockwork.jobs()


def test_a_change_of_words_loses_no_due_time(clockwork: Clockwork) -> None:
    clockwork.put(since=at(0.5))
    clockwork.look(at(1.01))
    body = {"properties": schedules_body(clockwork) | {"description": "Other words."}}
    schedules.put_schedule(http_request(body, schedule="Nightly"), clockwork.services, UNBOUND)

    clockwork.look(at(2.01))

    assert names(1, 2) == clockwork.jobs()


def schedules_body(clockwork: Clockwork) -> dict[str, object]:
    request = http_request(schedule="nightly")
    answer = schedules.get_schedule(request, clockwork.services, UNBOUND)
    properties: dict[str, object] = answer.body["properties"]
    return properties


def test_places_are_filled_with_the_due_time_on_the_schedules_clocks(clockwork: Clockwork) -> None:
    clockwork.client.services.blobs.write(CONTAINER, "days/2026-03-01/a.csv", b"1")
    given = {"jobInputType": "UriFolder", "uri": f"{FOLDER}/days/${{{{creation_date}}}}"}
    output = {
        "jobOutputType": "UriFile",
        "uri": f"{FOLDER}/out/{{yyyy}}/{{MM}}/{{dd}}/{{name}}.csv",
    }
    action = invoking(
        inputData={"input": given},
        outputData={"score": output},
        displayName="Wines of ${{creation_date}}, {HH}:{mm}",
    )
    trigger = {"triggerType": "Cron", "expression": "0 * * * *", "timeZone": "Europe/Berlin"}
    clockwork.put(action=action, trigger=trigger, since=at(0.5))

    clockwork.look(at(1))

    job = clockwork.job(names(1)[0])
    assert "days/2026-03-01" == job.spec.input.location.path
    assert f"out/2026/03/01/{names(1)[0]}.csv" == job.spec.output.location.path
    assert "Wines of 2026-03-01, 02:00" == job.labels.display_name


def test_what_is_refused_is_told_and_the_next_due_time_runs(clockwork: Clockwork) -> None:
    clockwork.put(since=at(0.5))
    clockwork.client.services.blobs.delete(CONTAINER, "in/a.csv")

    clockwork.look(at(1.01))
    told = clockwork.progress().last_run
    clockwork.client.services.blobs.write(CONTAINER, "in/a.csv", b"1")
    clockwork.look(at(1.02))
    clockwork.look(at(2.01))

    assert told is not None
    assert "no file" in told.error.lower() or "no input" in told.error.lower(), told.error
    assert names(2) == clockwork.jobs()
    last = schedules_body(clockwork)["lastRun"]
    assert {"dueTime": "2026-03-01T02:00:00.000Z", "jobName": names(2)[0], "error": None} == last


def test_a_schedule_that_cannot_be_read_does_not_hold_up_the_others(clockwork: Clockwork) -> None:
    clockwork.put("a", since=at(0.5))
    clockwork.put("b", since=at(0.5))
    zone = {"trigger": clockwork.services.registry.schedules.get("a").resource.trigger}
    broken = zone["trigger"].model_copy(update={"time_zone": "Europe/Atlantis"})
    clockwork.services.registry.schedules.change(
        lambda old: old.model_copy(update={"trigger": broken}), "a"
    )

    clockwork.look(at(1.01))

    assert names(1, schedule="b") == clockwork.jobs()


def test_a_schedule_is_run_at_once_for_a_moment_once(clockwork: Clockwork) -> None:
    clockwork.put(isEnabled=False)

    def run(moment: str) -> object:
        request = http_request({"scheduleTime": moment}, schedule="nightly")
        answer = schedules.run_schedule(request, clockwork.services, clockwork.hub.client)
        return answer.body

    first = run((at(7) + HOUR / 4).isoformat())
    again = run("2026-03-01T08:15:00+01:00")

    assert (
        {
            "submissionId": "nightly-20260301T071500Z",
            "scheduleActionType": "InvokeBatchEndpoint",
        }
        == first
        == again
    )
    assert ["nightly-20260301T071500Z"] == clockwork.jobs()


def test_a_schedule_repeats_a_job_that_was_there(clockwork: Clockwork) -> None:
    """As the official SDK sends `create_job` when it is the id of a job."""
    clockwork.put("first", since=at(0.5), action=invoking(miniBatchSize=7))
    clockwork.look(at(1))
    clockwork.services.registry.schedules.delete("first")
    source = f"/subscriptions/s/resourceGroups/g/jobs/{names(1, schedule='first')[0]}"
    definition = {"jobType": "Pipeline", "sourceJobId": source, "experimentName": ""}
    action = {"actionType": "CreateJob", "jobDefinition": definition}

    clockwork.put("second", since=at(1.5), action=action)
    clockwork.look(at(2))

    job = clockwork.job(names(2, schedule="second")[0])
    assert (7, "wine", "main") == (
        job.spec.settings.mini_batch_size,
        job.spec.endpoint,
        job.spec.deployment,
    )
    shown = schedules.get_schedule(
        http_request(schedule="second"), clockwork.services, UNBOUND
    ).body["properties"]["action"]
    assert ("CreateJob", source) == (shown["actionType"], shown["jobDefinition"]["sourceJobId"])
