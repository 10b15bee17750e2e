"""Timer triggers: fire by the schedule, once for what was missed, and never twice at a time."""

import asyncio
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from devhost.app_settings import resolve
from devhost.host_errors import AppRefused
from devhost.invocations import Invocations
from devhost.triggers.ncrontab import BadSchedule, Schedule, parse_schedule
from devhost.triggers.resting import rest, wait_or_cancel
from devhost.triggers.trigger_state import TimerStatus, TriggerState
from devhost.worker.checks import Complaint
from devhost.worker.function import Function, FunctionKind
from devhost.worker.indexing import refuse

# The real host keeps no record of schedules that come more often than this.
SHORTEST_MONITORED = timedelta(minutes=1)
LONGEST_REST_S = 60.0
NEVER = datetime.min.replace(tzinfo=UTC)

type WallClock = Callable[[], datetime]


@dataclass(frozen=True)
class Timer:
    """One timer function with its schedule."""

    function: Function
    text: str
    schedule: Schedule

    @property
    def runs_on_startup(self) -> bool:
        return bool(self.function.trigger.get("runOnStartup"))

    def is_monitored(self, now: datetime) -> bool:
        wanted = self.function.trigger.get("useMonitor") is not False
        first = self.schedule.after(now)
        return wanted and self.schedule.after(first) - first >= SHORTEST_MONITORED


def find_timers(functions: Iterable[Function]) -> list[Timer]:
    """The app's timers; AppRefused when a schedule makes no sense."""
    timers, complaints = [], []
    for function in functions:
        if function.kind is FunctionKind.TIMER:
            text = resolve(str(function.trigger["schedule"]), where=f"The timer '{function.name}'")
            try:
                timers.append(Timer(function, text, parse_schedule(text)))
            except BadSchedule as error:
                complaints.append(_bad_schedule(function, text, error))
    refuse(complaints)
    return timers


def time_zone() -> tzinfo:
    """WEBSITE_TIME_ZONE as in Azure, else UTC: what Azure runs on, whatever this machine's is."""
    name = os.environ.get("WEBSITE_TIME_ZONE")
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise AppRefused(
            f"WEBSITE_TIME_ZONE is '{name}', which is no time zone.",
            fix="Use a name of the tz database, such as Europe/Berlin.",
        ) from error


class TimerTriggers:
    """Runs all timers of an app until it is stopped."""

    def __init__(
        self,
        timers: Iterable[Timer],
        invocations: Invocations,
        state: TriggerState,
        clock: WallClock,
    ) -> None:
        self._timers = timers
        self._invocations = invocations
        self._state = state
        self._now = clock
        self._tasks: list[asyncio.Task[None]] = []
        self._is_stopping = asyncio.Event()

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._run_by_schedule(timer)) for timer in self._timers]

    async def stop(self, grace_s: float) -> None:
        """No more firing; what runs is on record if it ends within the grace."""
        self._is_stopping.set()
        await wait_or_cancel(self._tasks, grace_s)

    async def _run_by_schedule(self, timer: Timer) -> None:
        status = self._status(timer)
        is_past_due = status.next <= self._now()
        if is_past_due or timer.runs_on_startup:
            status = await self._fire(timer, status, is_past_due=is_past_due)
        while not self._is_stopping.is_set():
            await self._until(status.next)
            if not self._is_stopping.is_set():
                status = await self._fire(timer, status, is_past_due=False)

    def _status(self, timer: Timer) -> TimerStatus:
        """The status of an earlier run of the host, if it still goes by the same schedule."""
        remembered = self._state.timer(timer.function.name)
        if remembered is not None and remembered.schedule == timer.text:
            return remembered
        status = TimerStatus(timer.text, NEVER, timer.schedule.after(self._now()))
        self._remember(timer, status)
        return status

    async def _until(self, moment: datetime) -> None:
        """By the clock on the wall, which may be set meanwhile, and past any summer time."""

        def left_s() -> float:
            return moment.timestamp() - self._now().timestamp()

        while left_s() > 0 and not self._is_stopping.is_set():
            await rest(self._is_stopping, min(left_s(), LONGEST_REST_S))

    async def _fire(self, timer: Timer, status: TimerStatus, *, is_past_due: bool) -> TimerStatus:
        """Run the function; the next occurrence counts from its end, so that none overlap."""
        began = self._now()
        await self._invocations.run(timer.function, _payload(status, is_past_due=is_past_due))
        after = TimerStatus(timer.text, began, timer.schedule.after(self._now()))
        self._remember(timer, after)
        return after

    def _remember(self, timer: Timer, status: TimerStatus) -> None:
        if timer.is_monitored(self._now()):
            self._state.remember_timer(timer.function.name, status)


def timer_payload(*, is_past_due: bool = False) -> str:
    """What a timer function gets when somebody runs it by hand."""
    return json.dumps(
        {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": None, "IsPastDue": is_past_due}
    )


def _payload(status: TimerStatus, *, is_past_due: bool) -> str:
    last = status.last.isoformat()
    record = {"Last": last, "LastUpdated": last, "Next": status.next.isoformat()}
    return json.dumps(
        {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": record, "IsPastDue": is_past_due}
    )


def _bad_schedule(function: Function, text: str, error: BadSchedule) -> Complaint:
    return Complaint(
        function.name,
        f"its schedule '{text}' cannot be read: {error}.",
        "Write six fields, seconds first: '0 */5 * * * *' is every five minutes.",
    )
