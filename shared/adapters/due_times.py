"""Due times by kept libraries: `cronsim`, `dateutil`, and the IANA and Windows time zones.

What a change of the clocks does to them (`docs/schedules.md` has it for users):

- Cron, with `*` in front of its minutes or hours, and recurrences of minutes and hours run by real
  time: nothing is left out, nothing is twice.
- All others run by the clock on the wall: a time that is skipped is due when the clocks have been
  put forward, once; one that comes twice is due the first time.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import dropwhile, takewhile
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule
from dateutil.tz import datetime_exists
from tzlocal.windows_tz import win_tz

from shared.domain.errors import InvalidRequest
from shared.domain.schedule import Frequency, Trigger, TriggerType, WeekDay

CRON_FIELDS = 5
PERIODS = {Frequency.MINUTE: timedelta(minutes=1), Frequency.HOUR: timedelta(hours=1)}
STEPS = {Frequency.DAY: timedelta(days=1), Frequency.WEEK: timedelta(weeks=1)}
RULES: dict[Frequency, Literal[1, 2, 3]] = {
    Frequency.DAY: DAILY,
    Frequency.WEEK: WEEKLY,
    Frequency.MONTH: MONTHLY,
}
WEEK_DAYS = {day: number for number, day in enumerate(WeekDay)}
# More than clocks are ever put forward or back.
MARGIN = timedelta(days=2)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
# Clocks are changed at one of an hour's quarters.
QUARTER = timedelta(minutes=15)


class LibraryDueTimes:
    """`DueTimes`, for every process: it has no state."""

    def check(self, trigger: Trigger) -> None:
        """Raises InvalidRequest for an expression or a time zone that there is not."""
        zone = _zone_of(trigger.time_zone)
        if trigger.type is TriggerType.CRON:
            _check_expression(trigger.expression, zone)

    def local(self, trigger: Trigger, moment: datetime) -> datetime:
        return moment.astimezone(_zone_of(trigger.time_zone))

    def after(self, trigger: Trigger, since: datetime, moment: datetime) -> Iterator[datetime]:
        zone = _zone_of(trigger.time_zone)
        start = _real(trigger.start, zone) if trigger.start else since.replace(microsecond=0)
        end = _real(trigger.end, zone) if trigger.end else None
        first = max(start - timedelta(seconds=1), moment)
        times = _times(trigger, zone, start, first)
        later = dropwhile(lambda due: due <= first, times)
        return later if end is None else takewhile(lambda due: due <= end, later)


def _times(
    trigger: Trigger, zone: ZoneInfo, start: datetime, first: datetime
) -> Iterator[datetime]:
    """In order, from somewhat before `first` on."""
    if trigger.type is TriggerType.CRON:
        return _cron_times(trigger.expression, zone, first)
    if trigger.frequency.is_of_calendar:
        return _calendar_times(trigger, zone, start, first)
    return _real_times(trigger.interval * PERIODS[trigger.frequency], start, first)


def _cron_times(expression: str, zone: ZoneInfo, first: datetime) -> Iterator[datetime]:
    minutes, hours, *_ = expression.split()
    if minutes.startswith("*") or hours.startswith("*"):
        yield from _cron_by_real_time(expression, zone, first)
        return
    # A start in an hour that comes twice is taken for the first of them by the library.
    for due in CronSim(expression, first.astimezone(zone)):
        yield due.astimezone(UTC)


def _cron_by_real_time(expression: str, zone: ZoneInfo, first: datetime) -> Iterator[datetime]:
    """From one change of the clocks to the next, with one offset each."""
    at: datetime | None = first + SECOND
    while at is not None:
        begin, offset, at = at, _offset(at, zone), None
        for wall in CronSim(expression, (begin + offset - SECOND).replace(tzinfo=None)):
            due = (wall - offset).replace(tzinfo=UTC)
            if at := _change_between(begin, due, zone):
                break
            yield due
            begin = due


def _change_between(begin: datetime, end: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment of another offset; no offset lasts for less than a day."""
    offset, day = _offset(begin, zone), begin
    while day < end:
        before, day = day, min(day + DAY, end)
        if _offset(day, zone) != offset:
            at = before.replace(minute=0, second=0, microsecond=0)
            while _offset(at, zone) == offset:
                at += QUARTER
            return at
    return None


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _real_times(period: timedelta, start: datetime, first: datetime) -> Iterator[datetime]:
    due = start + max(0, (first - start) // period) * period
    while True:
        yield due
        due += period


def _calendar_times(
    trigger: Trigger, zone: ZoneInfo, start: datetime, first: datetime
) -> Iterator[datetime]:
    """By the clock on the wall, in whole intervals from the start."""
    # A start that the clocks skipped stays as it was said: later days have that time.
    wall = trigger.start or start.astimezone(zone).replace(tzinfo=None)
    near = first.astimezone(zone).replace(tzinfo=None) - MARGIN
    rule = _rule(trigger, wall, _skip(trigger, wall, near))
    last = None
    for due in (_real(one, zone) for one in rule):
        if due != last and due >= start:
            yield due
        last = due


def _skip(trigger: Trigger, wall: datetime, near: datetime) -> datetime:
    """The start, put forward by whole intervals: as far as it goes without passing `near`."""
    if near <= wall:
        return wall
    if step := STEPS.get(trigger.frequency):
        period = trigger.interval * step
        return wall + (near - wall) // period * period
    months = (near.year - wall.year) * 12 + near.month - wall.month
    return wall.replace(day=1) + relativedelta(months=months // trigger.interval * trigger.interval)


def _rule(trigger: Trigger, wall: datetime, skipped: datetime) -> rrule:
    pattern = trigger.pattern
    month_days = pattern.month_days
    if trigger.frequency is Frequency.MONTH and not (month_days or pattern.week_days):
        month_days = [wall.day]
    return rrule(
        RULES[trigger.frequency],
        dtstart=skipped,
        interval=trigger.interval,
        byhour=pattern.hours or None,
        byminute=pattern.minutes or None,
        bysecond=0 if pattern.hours else None,
        byweekday=[WEEK_DAYS[day] for day in pattern.week_days] or None,
        bymonthday=month_days or None,
    )


def _real(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which a clock of the zone shows that; or the next one it shows."""
    while not datetime_exists(wall, zone):
        wall = wall.replace(second=0) + MINUTE
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(win_tz.get(name, name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidRequest(
            f"'{name[:100]}' is no time zone.",
            fix="Use a name of IANA's, such as Europe/Berlin, or of Windows', such as "
            "'W. Europe Standard Time'.",
            target="properties.trigger.timeZone",
        ) from None


def _check_expression(expression: str, zone: ZoneInfo) -> None:
    reason = _problem_with(expression, zone)
    if reason:
        raise InvalidRequest(
            f"'{expression[:100]}' is no cron expression: {reason}.",
            fix="Write minute, hour, day of month, month and day of week, such as '30 2 * * 1-5'.",
            target="properties.trigger.expression",
        )


def _problem_with(expression: str, zone: ZoneInfo) -> str:
    """Why nothing is ever due by the expression; '' if something is."""
    fields = len(expression.split())
    if fields != CRON_FIELDS:
        return f"it has {fields} fields, not {CRON_FIELDS}"
    try:
        next(CronSim(expression, datetime.now(zone)))
    except CronSimError as error:
        return str(error)
    except StopIteration:
        return "it is never due"
    return ""
