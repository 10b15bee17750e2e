"""A schedule: when it is due, and the invocation that each due time makes a job of."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, NaiveDatetime, PositiveInt, model_validator

from shared.domain.message import NO_EXTRAS, NO_TAGS, Extras, Message, Tags

UTC_ZONE = "UTC"
LONGEST_INTERVAL = 1000
type Hour = Annotated[int, Field(ge=0, le=23)]
type Minute = Annotated[int, Field(ge=0, le=59)]
type MonthDay = Annotated[int, Field(ge=1, le=31)]


class TriggerType(StrEnum):
    """Azure ML's words."""

    CRON = "Cron"
    RECURRENCE = "Recurrence"


class Frequency(StrEnum):
    """Azure ML's words; minutes and hours are of real time, the others of the calendar."""

    MINUTE = "Minute"
    HOUR = "Hour"
    DAY = "Day"
    WEEK = "Week"
    MONTH = "Month"

    @property
    def is_of_calendar(self) -> bool:
        return self not in {Frequency.MINUTE, Frequency.HOUR}


class WeekDay(StrEnum):
    """Azure ML's words, in ISO's order."""

    MONDAY = "Monday"
    TUESDAY = "Tuesday"
    WEDNESDAY = "Wednesday"
    THURSDAY = "Thursday"
    FRIDAY = "Friday"
    SATURDAY = "Saturday"
    SUNDAY = "Sunday"


class Catchup(StrEnum):
    """What becomes of due times that were missed, for the service was down."""

    ONCE = "once"
    ALL = "all"
    NONE = "none"


class Pattern(Message):
    """At which times of which days a recurrence is due; what is empty is as the start has it."""

    hours: list[Hour] = Field(default_factory=list[int])
    minutes: list[Minute] = Field(default_factory=list[int])
    week_days: list[WeekDay] = Field(default_factory=list[WeekDay])
    month_days: list[MonthDay] = Field(default_factory=list[int])

    @model_validator(mode="after")
    def _has_both_or_neither(self) -> Self:
        if bool(self.hours) != bool(self.minutes):
            raise ValueError(
                "hours and minutes are not given together. Give both, such as [9] and [0]."
            )
        return self


class Trigger(Message):
    """When a schedule is due. `start` and `end` are of the clock in its time zone.

    A cron trigger has an expression, a recurrence a frequency, an interval and maybe a pattern.
    """

    type: TriggerType
    time_zone: str = UTC_ZONE
    start: NaiveDatetime | None = None
    end: NaiveDatetime | None = None
    expression: str = ""
    frequency: Frequency = Frequency.DAY
    interval: Annotated[PositiveInt, Field(le=LONGEST_INTERVAL)] = 1
    pattern: Pattern = Pattern()

    @model_validator(mode="after")
    def _pattern_fits(self) -> Self:
        if self.pattern != Pattern() and not self.frequency.is_of_calendar:
            raise ValueError(
                f"a pattern does not go with the frequency {self.frequency}. "
                "Use the frequency Day, Week or Month, or leave out the pattern."
            )
        if self.pattern.month_days and self.frequency is not Frequency.MONTH:
            raise ValueError(f"monthDays do not go with the frequency {self.frequency}. Use Month.")
        return self

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.start and self.end and self.end < self.start:
            raise ValueError(
                f"endTime {self.end} is before startTime {self.start}. Use a later end."
            )
        return self


class ScheduledInvocation(Message):
    """What a due time invokes: an endpoint, a deployment ('' for the default), and the body.

    `body` holds the `properties` of an invocation, with templates in its texts.
    """

    endpoint: str
    deployment: str = ""
    body: Extras = NO_EXTRAS


class Schedule(Message):
    """A schedule as it is registered. Due times count from `since` on, a whole second.

    `shown` is the action as the client sent it, where that is not how it is written here.
    """

    name: str
    trigger: Trigger
    invocation: ScheduledInvocation
    since: AwareDatetime
    is_enabled: bool = True
    catchup: Catchup = Catchup.ONCE
    display_name: str = ""
    description: str = ""
    tags: Tags = NO_TAGS
    properties: Tags = NO_TAGS
    shown: Extras = NO_EXTRAS

    @property
    def before_first(self) -> datetime:
        """The moment after which due times count."""
        return self.since - timedelta(seconds=1)

    def replacing(self, old: "Schedule") -> "Schedule":
        """Stand in for an old one, under its name as it was spelled first.

        While it stays on and due at the same times, no time is lost or added by the change.
        """
        goes_on = old.is_enabled and self.is_enabled and old.trigger == self.trigger
        since = old.since if goes_on else self.since
        return self.model_copy(update={"name": old.name, "since": since})

    def job_name(self, due: datetime) -> str:
        """The one job of a due time; `due` is in UTC."""
        return f"{self.name}-{due:%Y%m%dT%H%M%SZ}"


class ScheduleRun(Message):
    """What became of a due time: its job, or why there is none."""

    due: AwareDatetime
    job: str
    error: str = ""


class ScheduleProgress(Message):
    """How far a schedule's due times were looked at, and the last of them that was to run."""

    until: AwareDatetime
    last_run: ScheduleRun | None = None
