"""Timer schedules as Functions writes them: NCRONTAB with seconds, or a plain interval hh:mm:ss."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
FURTHEST = timedelta(days=366 * 9)  # 29 February may be eight years away; beyond that it is never
FIVE_FIELDS, SIX_FIELDS = 5, 6


class BadSchedule(ValueError):
    """What is wrong with a schedule."""


class Schedule(Protocol):
    """When a timer fires."""

    def after(self, moment: datetime) -> datetime:
        """The first occurrence later than a moment."""
        ...


def parse_schedule(text: str) -> Schedule:
    """`0 */5 * * * *` (seconds first), the same without seconds, or `00:05:00`."""
    interval = re.fullmatch(r"(\d+):(\d{2}):(\d{2})", text.strip())
    if interval:
        hours, minutes, seconds = (int(part) for part in interval.groups())
        return Interval(timedelta(hours=hours, minutes=minutes, seconds=seconds))
    fields = text.split()
    if len(fields) == FIVE_FIELDS:
        fields = ["0", *fields]
    if len(fields) != SIX_FIELDS:
        raise BadSchedule(f"'{text}' has {len(fields)} fields, not 6 (seconds first)")
    return Crontab(
        seconds=_field(fields[0], 0, 59),
        minutes=_field(fields[1], 0, 59),
        hours=_field(fields[2], 0, 23),
        days=_field(fields[3], 1, 31),
        months=_field(fields[4], 1, 12, MONTHS, first=1),
        weekdays=_field(fields[5], 0, 6, DAYS, first=0),
    )


@dataclass(frozen=True)
class Interval:
    """A fixed time after the last occurrence."""

    length: timedelta

    def after(self, moment: datetime) -> datetime:
        return moment + self.length


@dataclass(frozen=True)
class Crontab:
    """Every moment whose parts are all named; day and weekday must both fit, as in NCRONTAB."""

    seconds: Sequence[int]
    minutes: Sequence[int]
    hours: Sequence[int]
    days: Sequence[int]
    months: Sequence[int]
    weekdays: Sequence[int]

    def after(self, moment: datetime) -> datetime:
        start = moment.replace(microsecond=0) + timedelta(seconds=1)
        day = start.date()
        while day - start.date() < FURTHEST:
            if self._has(day):
                floor = start.time() if day == start.date() else time()
                found = self._time_from(floor)
                if found is not None:
                    return datetime.combine(day, found, tzinfo=moment.tzinfo)
            day += timedelta(days=1)
        raise BadSchedule("the schedule never comes")

    def _has(self, day: date) -> bool:
        weekday = day.isoweekday() % 7
        return day.month in self.months and day.day in self.days and weekday in self.weekdays

    def _time_from(self, floor: time) -> time | None:
        """The first time of day that is not before the floor."""
        for hour in _from(self.hours, floor.hour):
            minutes = self.minutes if hour > floor.hour else _from(self.minutes, floor.minute)
            for minute in minutes:
                same_minute = (hour, minute) == (floor.hour, floor.minute)
                seconds = _from(self.seconds, floor.second) if same_minute else self.seconds
                if seconds:
                    return time(hour, minute, seconds[0])
        return None


def _from(values: Sequence[int], least: int) -> Sequence[int]:
    return values[bisect_left(values, least) :]


def _field(
    text: str, low: int, high: int, names: Sequence[str] = (), *, first: int = 0
) -> tuple[int, ...]:
    """`*`, `5`, `1-5`, `*/10`, `mon-fri`, and lists of them."""
    values: set[int] = set()
    for part in text.lower().split(","):
        match = re.fullmatch(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?", part)
        if match is None or match[3] == "0":
            raise BadSchedule(f"'{part}' is not a part of a schedule")
        start, end = _bounds(match, low, high, names, first)
        values.update(range(start, end + 1, int(match[3] or 1)))
    return tuple(sorted(values))


def _bounds(
    match: re.Match[str], low: int, high: int, names: Sequence[str], first: int
) -> tuple[int, int]:
    if match[1] == "*":
        return low, high
    start = _number(match[1], names, first)
    open_ended = match[3] and not match[2]
    end = high if open_ended else _number(match[2] or match[1], names, first)
    if not low <= start <= end <= high:
        raise BadSchedule(f"'{match[0]}' is not within {low} to {high}")
    return start, end


def _number(text: str, names: Sequence[str], first: int) -> int:
    if text.isdecimal():
        return int(text)
    if text[:3] in names:
        return names.index(text[:3]) + first
    raise BadSchedule(f"'{text}' is not a number")
