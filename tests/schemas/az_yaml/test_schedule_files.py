"""Schedules in files: what they put, and where they are refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.domain.errors import InvalidRequest
from shared.domain.schedule import Catchup, Frequency, Pattern, TriggerType, WeekDay
from shared.schemas.arm_schedules import read_schedule
from shared.schemas.az_yaml.document import load_file
from shared.schemas.az_yaml.files import ScheduleFile
from shared.schemas.az_yaml.schedule_file import schedule_spec
from tests.schemas.az_yaml.project import Write

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
JOB = """
create_job:
  endpoint_name: wine
  deployment_name: main
  display_name: "Wines of {yyyy}"
  inputs:
    wines: {type: uri_folder, path: "azureml://datastores/workspaceblobstore/paths/{dd}"}
  mini_batch_size: 5
"""
CRON = 'name: n\ntrigger: {type: cron, expression: "0 2 * * *"}\n'
WEEKLY = """name: weekly
display_name: Weekly
description: Every second week.
catchup: all
tags: {a: b}
trigger:
  type: Recurrence
  frequency: week
  interval: 2
  schedule:
    hours: 9
    minutes: [0, 30]
    week_days: [monday, Friday]
  start_time: 2026-03-01T10:00:00
  time_zone: Europe/Berlin
"""


def spec_of(write: Write, text: str) -> ScheduleFile:
    return schedule_spec(load_file(write(text)))


def put_by(spec: ScheduleFile) -> Any:
    """What the service reads of it."""
    assert spec.invocation is not None
    definition = {
        "endpointName": spec.endpoint,
        "deploymentName": spec.invocation.deployment,
        "properties": spec.invocation.overrides,
    }
    action = {"actionType": "InvokeBatchEndpoint", "endpointInvocationDefinition": definition}
    body = {"properties": {**spec.body["properties"], "action": action}}
    return read_schedule(spec.name, body, NOON).schedule


def test_a_recurrence_is_what_the_service_reads(write: Write) -> None:
    schedule = put_by(spec_of(write, WEEKLY + JOB))

    trigger = schedule.trigger
    assert (TriggerType.RECURRENCE, Frequency.WEEK, 2) == (
        trigger.type,
        trigger.frequency,
        trigger.interval,
    )
    assert trigger.pattern == Pattern(
        hours=[9], minutes=[0, 30], week_days=[WeekDay.MONDAY, WeekDay.FRIDAY]
    )
    assert ("2026-03-01T10:00:00", "Europe/Berlin") == (
        trigger.start.isoformat(),
        trigger.time_zone,
    )
    assert (Catchup.ALL, "Weekly", {"a": "b"}) == (
        schedule.catchup,
        schedule.display_name,
        schedule.tags,
    )


def test_its_job_is_an_invocation_of_an_endpoint(write: Write) -> None:
    spec = spec_of(write, CRON + JOB)

    assert spec.invocation is not None
    assert ("wine", "main") == (spec.endpoint, spec.invocation.deployment)
    assert {"displayName": "Wines of {yyyy}", "miniBatchSize": 5} == spec.invocation.overrides
    (given,) = spec.invocation.inputs
    assert ("wines", "azureml://datastores/workspaceblobstore/paths/{dd}") == (
        given.name,
        given.path,
    )


def test_its_job_may_be_one_to_repeat(write: Write) -> None:
    spec = spec_of(write, CRON + "create_job: azureml:tuesday\n")

    assert ("azureml:tuesday", None) == (spec.source_job, spec.invocation)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name: n\n" + JOB, "'trigger' is missing"),
        (CRON, "'create_job' is missing"),
        (CRON + "create_job: {endpoint_name: wine}\n", "'create_job.inputs' is missing"),
        (CRON + "create_job: {inputs: {}}\n", "'create_job.endpoint_name' is missing"),
        (CRON.replace("expression", "frequency") + JOB, "'trigger.frequency' is"),
        (CRON.replace("}", ", interval: 2}") + JOB, "'trigger.interval' is of triggers of the"),
        (WEEKLY.replace("interval: 2", 'expression: "* * * * *"') + JOB, "'trigger.expression'"),
        (WEEKLY.replace("frequency: week", "frequency: yearly") + JOB, "'yearly'"),
        (WEEKLY.replace("hours: 9", "hours: nine") + JOB, "'trigger.schedule.hours' is 'nine'"),
        (CRON + JOB.replace("display_name", "name"), "'create_job.name' is not a key"),
        (CRON + "catchup: latest\n" + JOB, "'catchup' is 'latest'"),
    ],
)
def test_what_is_wrong_is_refused_where_it_is(write: Write, text: str, why: str) -> None:
    with pytest.raises(InvalidRequest, match="line") as refusal:
        spec_of(write, text)

    assert why in str(refusal.value)
