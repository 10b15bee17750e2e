"""Timer triggers: schedules, what is due after a restart, and that none overlap."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devhost.host_errors import AppRefused
from devhost.invocations import Invocations
from devhost.triggers.ncrontab import BadSchedule, parse_schedule
from devhost.triggers.timer_triggers import Timer, TimerTriggers, find_timers
from devhost.triggers.trigger_state import TimerStatus, TriggerState
from devhost.worker.function import Function, FunctionKind
from devhost.worker.function_invocation import Failure, FunctionInvocation, InvocationOutcome
from devhost_tests.served import serve
from devhost_tests.waiting import DEADLINE_S

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)  # a Sunday


@pytest.mark.parametrize(
    ("schedule", "moment", "following"),
    [
        ("*/5 * * * * *", "2026-11-22T12:00:00", "2026-11-22T12:00:05"),
        ("*/5 * * * * *", "2026-11-22T12:00:04.9", "2026-11-22T12:00:05"),
        ("0 */5 * * * *", "2026-11-22T12:59:59", "2026-11-22T13:00:00"),
        ("0 0 * * * *", "2026-12-31T23:30:00", "2027-01-01T00:00:00"),
        ("30 9 * * Mon-Fri", "2026-11-21T00:00:00", "2026-11-23T09:30:00"),
        ("0 0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29T00:00:00"),
        ("0 0 12 13 * fri", "2026-11-22T00:00:00", "2027-08-13T12:00:00"),
        ("0 0 8-10/2 * jan,DECEMBER *", "2026-11-22T00:00:00", "2026-12-01T08:00:00"),
        ("0 50/4 * * * *", "2026-11-22T12:55:00", "2026-11-22T12:58:00"),
        ("5,10 0 0 1 * *", "2026-11-01T00:00:05", "2026-11-01T00:00:10"),
        ("00:05:00", "2026-11-22T12:01:00", "2026-11-22T12:06:00"),
    ],
)
def test_a_schedule_names_its_next_moment(schedule: str, moment: str, following: str) -> None:
    after = parse_schedule(schedule).after(datetime.fromisoformat(moment))

    assert datetime.fromisoformat(following) == after


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * *",
        "60 * * * * *",
        "* * * 0 * *",
        "5-1 * * * * *",
        "x * * * * *",
        "*/0 * * * * *",
    ],
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(BadSchedule):
        parse_schedule(text)


def test_a_schedule_that_never_comes_is_refused() -> None:
    with pytest.raises(BadSchedule, match="never"):
        parse_schedule("0 0 0 31 2 *").after(NOON)


def test_a_schedule_goes_by_the_clock_of_its_time_zone() -> None:
    berlin = NOON.astimezone(ZoneInfo("Europe/Berlin"))

    after = parse_schedule("0 0 9 * * *").after(berlin)

    assert datetime(2026, 11, 23, 8, tzinfo=UTC) == after.astimezone(UTC)


@given(
    moment=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001  # no zone needed
    fields=st.tuples(st.integers(0, 59), st.integers(0, 59), st.integers(0, 23)),
)
def test_the_next_moment_fits_and_is_the_first(
    moment: datetime, fields: tuple[int, int, int]
) -> None:
    second, minute, hour = fields

    after = parse_schedule(f"{second} {minute} {hour} * * *").after(moment)

    assert (second, minute, hour) == (after.second, after.minute, after.hour)
    assert timedelta(0) < after - moment <= timedelta(days=1)


class Recorder:
    """A worker that notes what timers get, and the clock they live by."""

    def __init__(
        self, moment: datetime, takes_s: float = 0, failure: Failure | None = None
    ) -> None:
        self.moment = moment
        self.given: list[dict[str, object]] = []
        self._takes = timedelta(seconds=takes_s)
        self._outcome = InvocationOutcome(failure=failure)
        self._has_run = asyncio.Condition()

    def now(self) -> datetime:
        return self.moment

    async def start(self) -> None: ...

    async def stop(self, grace_s: float) -> None: ...

    def kill_one(self) -> bool:
        return False

    async def invoke(self, invocation: FunctionInvocation) -> InvocationOutcome:
        self.moment += self._takes
        self.given.append(json.loads(str(invocation.payload)))
        async with self._has_run:
            self._has_run.notify_all()
        return self._outcome

    async def times(self, count: int) -> None:
        async with self._has_run, asyncio.timeout(DEADLINE_S):
            await self._has_run.wait_for(lambda: len(self.given) >= count)


def a_timer(schedule: str, **trigger: object) -> Timer:
    settings = {"name": "timer", "schedule": schedule, **trigger}
    function = Function(
        "tick", FunctionKind.TIMER, settings, print, is_async=False, wants_context=False
    )
    [timer] = find_timers([function])
    return timer


async def fired(
    timer: Timer, recorder: Recorder, folder: Path, done: Callable[[Recorder], object]
) -> TimerStatus | None:
    """Run the timer until the recorder has seen enough; what was remembered."""
    memory = TriggerState(folder / "triggers.db")
    invocations = Invocations(turns=recorder, workers=recorder)
    triggers = TimerTriggers([timer], invocations, memory, recorder.now)
    triggers.start()
    await done(recorder)  # type: ignore[misc]  # every `done` is a coroutine function
    await triggers.stop(DEADLINE_S)
    remembered = memory.timer("tick")
    memory.close()
    return remembered


async def once(recorder: Recorder) -> None:
    await recorder.times(1)


async def test_a_timer_runs_at_start_up_when_asked_to(tmp_path: Path) -> None:
    recorder = Recorder(NOON)

    remembered = await fired(a_timer("0 0 * * * *", runOnStartup=True), recorder, tmp_path, once)

    assert [False] == [given["IsPastDue"] for given in recorder.given]
    assert remembered is not None
    assert NOON + timedelta(hours=1) == remembered.next


async def test_what_was_missed_while_the_host_was_down_runs_once_and_past_due(
    tmp_path: Path,
) -> None:
    timer = a_timer("0 0 * * * *")
    await fired(timer, Recorder(NOON), tmp_path, lambda _: asyncio.sleep(0))
    later = Recorder(NOON + timedelta(hours=3, minutes=30))

    remembered = await fired(timer, later, tmp_path, once)

    assert [True] == [given["IsPastDue"] for given in later.given]
    assert remembered is not None
    assert NOON + timedelta(hours=4) == remembered.next


async def test_another_schedule_forgets_what_was_due(tmp_path: Path) -> None:
    await fired(a_timer("0 0 * * * *"), Recorder(NOON), tmp_path, lambda _: asyncio.sleep(0))
    later = Recorder(NOON + timedelta(hours=3))

    await fired(a_timer("0 30 * * * *"), later, tmp_path, lambda _: asyncio.sleep(0))

    assert [] == later.given


async def test_a_run_that_takes_longer_than_the_interval_delays_the_next(tmp_path: Path) -> None:
    """A run of 150 s every minute: 12:01 runs, 12:02 and 12:03 are skipped, 12:04 is next."""
    recorder = Recorder(NOON + timedelta(minutes=1), takes_s=150)

    remembered = await fired(a_timer("0 * * * * *", runOnStartup=True), recorder, tmp_path, once)

    assert remembered is not None
    assert NOON + timedelta(minutes=4) == remembered.next


async def test_a_timer_that_fails_is_not_tried_again(tmp_path: Path) -> None:
    recorder = Recorder(NOON, failure=Failure("ValueError", "no"))

    remembered = await fired(a_timer("0 0 * * * *", runOnStartup=True), recorder, tmp_path, once)

    assert 1 == len(recorder.given)
    assert remembered is not None
    assert NOON + timedelta(hours=1) == remembered.next


async def test_schedules_of_less_than_a_minute_leave_no_record(tmp_path: Path) -> None:
    recorder = Recorder(NOON)

    assert (
        await fired(a_timer("*/5 * * * * *", runOnStartup=True), recorder, tmp_path, once) is None
    )


def test_a_bad_schedule_names_its_function() -> None:
    with pytest.raises(AppRefused, match="tick: its schedule 'hourly'"):
        a_timer("hourly")


def test_a_schedule_may_be_an_app_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TICK_SCHEDULE", "0 0 * * * *")

    assert "0 0 * * * *" == a_timer("%TICK_SCHEDULE%").text


def test_a_missing_app_setting_is_named() -> None:
    with pytest.raises(AppRefused, match="'NO_SUCH_SETTING', which is not set"):
        a_timer("%NO_SUCH_SETTING%")


APP = """
import logging
import azure.functions as func

app = func.FunctionApp()

@app.timer_trigger(arg_name="timer", schedule="* * * * * *")
def every_second(timer: func.TimerRequest):
    logging.info("second, past due: %s", timer.past_due)

@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
async def every_year(timer: func.TimerRequest, context: func.Context):
    logging.info("year by hand: %s", context.function_name)
"""


def test_timers_of_an_app_fire_by_the_clock_and_by_hand(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    (tmp_path / "function_app.py").write_text(APP)

    with serve(tmp_path, tmp_path / "state") as served:
        served.printed("(?s)second, past due: False.*second, past due: False")
        assert "year by hand" not in served.text
        assert 202 == served.post("/admin/functions/every_year", json={"input": ""}).status_code
        served.printed("year by hand: every_year")
