"""A schedule by the official SDK, whose job is repeated: a script, told by its arguments."""

import sys

from azure.ai.ml import MLClient
from azure.ai.ml.constants import TimeZone
from azure.ai.ml.entities import (
    CronTrigger,
    JobSchedule,
    RecurrencePattern,
    RecurrenceTrigger,
)

from tests.client.first_steps import TokenOfTheEnvironment

NAME = "by-sdk"


def tell(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201


def main(subscription: str, group: str, workspace: str, job: str) -> None:
    ml = MLClient(TokenOfTheEnvironment(), subscription, group, workspace)
    pattern = RecurrencePattern(hours=2, minutes=[0, 30], week_days=["monday", "friday"])
    trigger = RecurrenceTrigger(
        frequency="week",
        interval=2,
        schedule=pattern,
        start_time="2026-03-01T10:00:00",
        time_zone=TimeZone.W_EUROPE_STANDARD_TIME,
    )
    schedule = JobSchedule(
        name=NAME, trigger=trigger, create_job=job, display_name="By the SDK", tags={"a": "b"}
    )
    made = ml.schedules.begin_create_or_update(schedule).result()
    tell("made", made.name, made.display_name, made.is_enabled)
    got = ml.schedules.get(NAME)
    tell("trigger", got.trigger.frequency, got.trigger.interval, got.trigger.time_zone)
    days = [day.value for day in got.trigger.schedule.week_days]
    tell("pattern", got.trigger.schedule.hours, days)
    tell("repeats", got.create_job.id == job)
    tell("enabled", [one.name for one in ml.schedules.list()])
    tell("disabled", ml.schedules.begin_disable(NAME).result().is_enabled)
    tell("listed", [one.name for one in ml.schedules.list()])
    tell("off", [one.name for one in ml.schedules.list(list_view_type="DisabledOnly")])
    tell("enabled again", ml.schedules.begin_enable(NAME).result().is_enabled)
    got = ml.schedules.get(NAME)
    got.trigger = CronTrigger(expression="15 10 * * 1", start_time="2026-03-01T10:00:00")
    ml.schedules.begin_create_or_update(got).result()
    tell("cron", ml.schedules.get(NAME).trigger.expression)
    tell("ran", ml.schedules.trigger(NAME, schedule_time="2026-03-02T10:15:00Z").job_name)
    ml.schedules.begin_delete(NAME).result()
    tell("left", [one.name for one in ml.schedules.list(list_view_type="All")])


if __name__ == "__main__":
    main(*sys.argv[1:])
