"""A year in steps of five minutes, as the clocks of a zone show it: due times without a library."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

# Two that change in the night, one at midnight, one by half an hour, and one that never does.
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
)
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STEP = 5 * MINUTE  # what is due in these tests is due at such a minute

type Matches = Callable[[datetime], bool]


@dataclass(frozen=True)
class Tick:
    """One step: in UTC, on the wall, and what the wall's clock left out just before it."""

    at: datetime
    wall: datetime
    is_second_time: bool
    skipped: tuple[datetime, ...]


@cache
def year_in(zone: str) -> tuple[Tick, ...]:
    return tuple(_ticks(ZoneInfo(zone)))


def by_real_time(zone: str, matches: Matches) -> list[datetime]:
    """Every step at which the clock shows a time that matches."""
    return [tick.at for tick in year_in(zone) if matches(tick.wall)]


def by_the_wall(zone: str, matches: Matches) -> list[datetime]:
    """The same, but never twice for one time, and at once for what the clock left out."""
    return [tick.at for tick in year_in(zone) if _is_due(tick, matches)]


def _is_due(tick: Tick, matches: Matches) -> bool:
    if tick.is_second_time:
        return False
    return matches(tick.wall) or any(matches(wall) for wall in tick.skipped)


def _ticks(zone: ZoneInfo) -> Iterator[Tick]:
    at, before = BEGIN, (BEGIN - STEP).astimezone(zone).replace(tzinfo=None)
    while at < END:
        shown = at.astimezone(zone)
        wall = shown.replace(tzinfo=None, fold=0)
        left_out = max(0, (wall - before) // STEP - 1)
        skipped = tuple(before + n * STEP for n in range(1, left_out + 1))
        yield Tick(at, wall, bool(shown.fold), skipped)
        at, before = at + STEP, wall
