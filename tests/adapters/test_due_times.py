"""A year of schedules in five zones, against every five minutes of that year."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, takewhile
from typing import Any

import pytest

from shared.adapters.due_times import LibraryDueTimes
from shared.domain.errors import InvalidRequest
from shared.domain.schedule import Frequency, Trigger, TriggerType, WeekDay
from tests.adapters.clocks import BEGIN, END, MINUTE, ZONES, Matches, by_real_time, by_the_wall

DUE = LibraryDueTimes()
HALF_HOURS = (0, 30)
# It is later than the new year in the zones that are ahead.
FIRST = date(2026, 1, 5)

type Expected = Callable[[str, Matches], list[datetime]]

CRON: dict[str, tuple[Expected, Matches]] = {
    "*/15 */6 * * *": (by_real_time, lambda t: t.minute % 15 == 0 and t.hour % 6 == 0),
    "*/10 2 25 10 *": (
        by_real_time,
        lambda t: t.minute % 10 == 0 and (t.hour, t.day, t.month) == (2, 25, 10),
    ),
    "5 * * * *": (by_real_time, lambda t: t.minute == 5),
    "*/20 2 * * *": (by_real_time, lambda t: t.hour == 2 and t.minute % 20 == 0),
    "30 2 * * *": (by_the_wall, lambda t: (t.hour, t.minute) == (2, 30)),
    "0 0 * * *": (by_the_wall, lambda t: (t.hour, t.minute) == (0, 0)),
    "0,30 1-3 * * *": (by_the_wall, lambda t: t.hour in {1, 2, 3} and t.minute in HALF_HOURS),
    "45 23 * * MON-FRI": (
        by_the_wall,
        lambda t: (t.hour, t.minute) == (23, 45) and t.weekday() < 5,
    ),
    "10 2 * * 0": (by_the_wall, lambda t: (t.hour, t.minute) == (2, 10) and t.weekday() == 6),
    "0 12 13 * 5": (
        by_the_wall,
        lambda t: (t.hour, t.minute) == (12, 0) and (t.day == 13 or t.weekday() == 4),
    ),
    "55 1 28-31 2,3,10 *": (
        by_the_wall,
        lambda t: (t.hour, t.minute) == (1, 55) and t.day >= 28 and t.month in {2, 3, 10},
    ),
    "30 9 L * *": (
        by_the_wall,
        lambda t: (t.hour, t.minute) == (9, 30) and (t + timedelta(days=1)).day == 1,
    ),
}

START = datetime(2026, 1, 5, 2, 30)  # noqa: DTZ001  # as clocks show it


# The days in whose two days some of the zones change their clocks.
CHANGES = ((3, 7), (3, 28), (4, 4), (9, 5), (10, 3), (10, 24), (10, 31))


def weeks(t: datetime) -> int:
    return (t.date() - FIRST).days // 7


RECURRENCES: list[tuple[dict[str, Any], Matches]] = [
    ({"frequency": Frequency.DAY}, lambda t: (t.hour, t.minute) == (2, 30)),
    (
        {"frequency": Frequency.DAY, "interval": 3, "pattern": {"hours": [0], "minutes": [0]}},
        lambda t: (t.hour, t.minute) == (0, 0) and (t.date() - FIRST).days % 3 == 0,
    ),
    (
        {
            "frequency": Frequency.WEEK,
            "interval": 2,
            "pattern": {
                "hours": [1, 2, 3],
                "minutes": [0, 30],
                "week_days": [WeekDay.SUNDAY, WeekDay.TUESDAY],
            },
        },
        lambda t: (
            t.hour in {1, 2, 3}
            and t.minute in HALF_HOURS
            and t.weekday() in {1, 6}
            and weeks(t) % 2 == 0
        ),
    ),
    (
        {"frequency": Frequency.MONTH, "interval": 2},
        lambda t: (t.hour, t.minute) == (2, 30) and t.day == 5 and t.month % 2 == 1,
    ),
    (
        {
            "frequency": Frequency.MONTH,
            "pattern": {"hours": [2], "minutes": [15], "month_days": [8, 29, 31]},
        },
        lambda t: (t.hour, t.minute) == (2, 15) and t.day in {8, 29, 31},
    ),
]


def due_in_the_year(trigger: Trigger) -> list[datetime]:
    times = DUE.after(trigger, BEGIN, BEGIN - MINUTE)
    return list(takewhile(lambda due: due < END, times))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("expression", CRON)
def test_a_year_of_cron_is_due_as_each_step_of_it_says(zone: str, expression: str) -> None:
    trigger = Trigger(type=TriggerType.CRON, expression=expression, time_zone=zone)
    expected, matches = CRON[expression]

    assert expected(zone, matches) == due_in_the_year(trigger)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("fields", "matches"), RECURRENCES)
def test_a_year_of_a_recurrence_is_due_as_each_step_of_it_says(
    zone: str, fields: dict[str, Any], matches: Matches
) -> None:
    trigger = Trigger.from_wire(
        {"type": "Recurrence", "time_zone": zone, "start": START.isoformat(), **fields}
    )

    expected = by_the_wall(zone, lambda t: t >= START and matches(t))

    assert expected == due_in_the_year(trigger)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("frequency", "interval", "minutes"), [("Hour", 5, 300), ("Minute", 7, 7)])
def test_minutes_and_hours_are_of_real_time(
    zone: str, frequency: str, interval: int, minutes: int
) -> None:
    trigger = Trigger.from_wire(
        {"type": "Recurrence", "time_zone": zone, "frequency": frequency, "interval": interval}
    )

    expected = [BEGIN + n * minutes * MINUTE for n in range(365 * 24 * 60 // minutes + 1)]

    assert [due for due in expected if due < END] == due_in_the_year(trigger)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("expression", ["30 1 * * *", "0,30 0-3 * * *", "45 * * * *", "5 2 * * *"])
def test_whoever_asks_in_between_gets_the_next_due_time(zone: str, expression: str) -> None:
    """At each half hour around the changes, in which a clock's time may come twice."""
    trigger = Trigger(type=TriggerType.CRON, expression=expression, time_zone=zone)
    year = due_in_the_year(trigger)

    for month, day in CHANGES:
        for half_hour in range(2 * 24 * 2):
            moment = datetime(2026, month, day, tzinfo=UTC) + half_hour * 30 * MINUTE
            expected = year[bisect_right(year, moment)]
            assert expected == next(DUE.after(trigger, BEGIN, moment)), moment


@pytest.mark.parametrize(("fields", "matches"), RECURRENCES)
def test_a_recurrence_asked_in_a_later_year_keeps_its_step(
    fields: dict[str, Any], matches: Matches
) -> None:
    trigger = Trigger.from_wire({"type": "Recurrence", "start": START.isoformat(), **fields})
    year = due_in_the_year(trigger)

    for due, following in pairwise(year):
        assert following == next(DUE.after(trigger, BEGIN, due))


def test_no_due_time_is_before_the_start_or_after_the_end() -> None:
    trigger = Trigger.from_wire(
        {
            "type": "Cron",
            "expression": "0 * * * *",
            "time_zone": "Europe/Berlin",
            "start": "2026-07-01T10:00:00",
            "end": "2026-07-01T12:00:00",
        }
    )

    due = list(DUE.after(trigger, BEGIN, BEGIN))

    assert [datetime(2026, 7, 1, hour, tzinfo=UTC) for hour in (8, 9, 10)] == due


@pytest.mark.parametrize("pattern", [{}, {"hours": [2], "minutes": [30]}])
def test_a_start_that_the_clocks_skip_is_due_late_once_and_its_time_on_later_days(
    pattern: dict[str, list[int]],
) -> None:
    trigger = Trigger.from_wire(
        {
            "type": "Recurrence",
            "time_zone": "Europe/Berlin",
            "start": "2026-03-29T02:30:00",
            "pattern": pattern,
        }
    )

    times = DUE.after(trigger, BEGIN, BEGIN)

    skipped, later = datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 3, 30, 0, 30, tzinfo=UTC)
    assert [skipped, later] == [next(times), next(times)]


def test_a_recurrence_without_a_start_starts_when_it_was_put() -> None:
    put = datetime(2026, 5, 1, 10, 0, 7, tzinfo=UTC)
    trigger = Trigger(type=TriggerType.RECURRENCE, frequency=Frequency.HOUR)

    times = DUE.after(trigger, put, put - timedelta(seconds=1))

    assert [put, put + timedelta(hours=1)] == [next(times), next(times)]


@pytest.mark.parametrize(
    ("name", "offset_h"),
    [("W. Europe Standard Time", 1), ("Pacific Standard Time", -8), ("UTC", 0)],
)
def test_time_zones_may_bear_windows_names_as_in_azure(name: str, offset_h: int) -> None:
    trigger = Trigger(type=TriggerType.CRON, expression="0 12 * * *", time_zone=name)

    assert BEGIN + timedelta(hours=12 - offset_h) == next(DUE.after(trigger, BEGIN, BEGIN))


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("30 2 * *", "4 fields"),
        ("0 30 2 * * *", "6 fields"),
        ("61 2 * * *", "minute"),
        ("0 0 31 2 *", "day-of-month"),
        ("0 0 */20 * 1L", "never due"),
        ("soon", "1 fields"),
    ],
)
def test_what_is_no_cron_expression_is_refused(expression: str, reason: str) -> None:
    with pytest.raises(InvalidRequest, match=reason):
        DUE.check(Trigger(type=TriggerType.CRON, expression=expression))


@pytest.mark.parametrize("name", ["Europe/Nowhere", "../etc/passwd", "", "Europe"])
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match="is no time zone"):
        DUE.check(Trigger(type=TriggerType.CRON, expression="0 0 * * *", time_zone=name))
