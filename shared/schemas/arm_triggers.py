"""The triggers of schedules in ARM JSON, to and from the domain."""

from datetime import datetime
from typing import Any

from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from shared.domain.schedule import UTC_ZONE, Frequency, Pattern, Trigger, TriggerType
from shared.schemas.checked import refusals
from shared.schemas.fields import Fields

TYPES = {kind.value: kind.value for kind in TriggerType}
FREQUENCIES = {frequency.value: frequency.value for frequency in Frequency}
# Nobody means others, and a calendar has an end.
YEARS = range(1970, 3000)
_TRIGGER = "properties.trigger"
WIRE_NAMES = {
    "interval": f"{_TRIGGER}.interval",
    "start": f"{_TRIGGER}.startTime",
    "end": f"{_TRIGGER}.endTime",
    "": _TRIGGER,
}


def read_trigger(fields: Fields) -> Trigger:
    """Raises InvalidRequest."""
    kind = fields.choice("triggerType", TYPES)
    if kind is None:
        fields.required("triggerType", "Cron")
    values: dict[str, Any] = {
        "type": kind,
        "time_zone": fields.text("timeZone") or UTC_ZONE,
        "start": _read_time(fields, "startTime"),
        "end": _read_time(fields, "endTime"),
    }
    if kind == TriggerType.CRON:
        values["expression"] = fields.required("expression", "'30 2 * * 1-5'")
    else:
        values |= _read_recurrence(fields)
    fields.refuse_others()
    with refusals(WIRE_NAMES):
        return Trigger.from_wire(values)


def _read_recurrence(fields: Fields) -> dict[str, Any]:
    frequency = fields.choice("frequency", FREQUENCIES)
    if frequency is None:
        fields.required("frequency", "Day")
    interval = fields.integer("interval")
    return {
        "frequency": frequency,
        "interval": 1 if interval is None else interval,
        "pattern": _read_pattern(fields.object("schedule")),
    }


def _read_pattern(fields: Fields) -> Pattern:
    week_days = [day.title() if isinstance(day, str) else day for day in _list(fields, "weekDays")]
    values = {
        "hours": _list(fields, "hours"),
        "minutes": _list(fields, "minutes"),
        "week_days": week_days,
        "month_days": _list(fields, "monthDays"),
    }
    fields.refuse_others()
    names = {"": fields.path("hours")}
    wires = {"hours": "hours", "minutes": "minutes", "week_days": "weekDays"}
    for key, wire in (wires | {"month_days": "monthDays"}).items():
        names |= {f"{key}.{at}": fields.path(wire) for at in range(len(values[key]))}
    with refusals(names):
        return Pattern.from_wire(values)


def _list(fields: Fields, name: str) -> list[JSON]:
    value = fields.raw(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidRequest(
            f"'{fields.path(name)}' is {str(value)[:100]!r}, not a list.",
            fix="Give a list, such as [9, 17].",
            target=fields.path(name),
        )
    return value


def _read_time(fields: Fields, name: str) -> datetime | None:
    """The time on a clock in the trigger's time zone; clients write it with `T` or a space."""
    text = fields.text(name)
    if not text:
        return None
    moment = parse_time(text)
    if moment is None or moment.tzinfo is not None:
        raise InvalidRequest(
            f"'{fields.path(name)}' is '{text[:100]}', not a time without an offset.",
            fix="Write it as clocks in timeZone show it, such as 2026-03-01T02:30:00.",
            target=fields.path(name),
        )
    return moment.replace(microsecond=0)


def parse_time(text: str) -> datetime | None:
    """The moment that a text in ISO 8601 says; None if it says none that a calendar needs."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.year in YEARS else None


def write_trigger(trigger: Trigger) -> JSON:
    common = {
        "triggerType": trigger.type,
        "startTime": trigger.start.isoformat() if trigger.start else None,
        "endTime": trigger.end.isoformat() if trigger.end else None,
        "timeZone": trigger.time_zone,
    }
    if trigger.type is TriggerType.CRON:
        return {**common, "expression": trigger.expression}
    pattern = trigger.pattern
    written = {
        "hours": pattern.hours,
        "minutes": pattern.minutes,
        "weekDays": pattern.week_days or None,
        "monthDays": pattern.month_days or None,
    }
    own = {"frequency": trigger.frequency, "interval": trigger.interval, "schedule": written}
    return {**common, **own}
