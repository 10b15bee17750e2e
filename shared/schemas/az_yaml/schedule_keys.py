"""The keys of schedules: az ml's, and in `create_job` those of an invocation of an endpoint."""

from shared.schemas.az_yaml.asset_keys import SCHEMA
from shared.schemas.az_yaml.invocation_file import INVOCATION
from shared.schemas.az_yaml.keys import Key, OneOrMore, Table, TextOr
from shared.schemas.az_yaml.kinds import AnyCase, Choice, Text, Texts, Whole

WEEK_DAYS = {
    day: day.title()
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
}
FREQUENCIES = {name: name.title() for name in ("minute", "hour", "day", "week", "month")}
TYPES = {"cron": "Cron", "recurrence": "Recurrence"}
CATCHUPS = {"once": "once", "all": "all", "none": "none"}


PATTERN = Table(
    (
        Key("hours", OneOrMore(Whole(0)), "At which hours.", "hours"),
        Key("minutes", OneOrMore(Whole(0)), "At which minutes of them.", "minutes"),
        Key("week_days", OneOrMore(AnyCase(WEEK_DAYS)), "On which days.", "weekDays"),
        Key("month_days", OneOrMore(Whole(1)), "On which days of the month.", "monthDays"),
    ),
    words="a mapping with hours and minutes",
)
TRIGGER = Table(
    (
        Key("type", AnyCase(TYPES), "Which kind of trigger.", "triggerType", is_required=True),
        Key("expression", Text("a cron expression"), "Of a cron trigger.", "expression"),
        Key("frequency", AnyCase(FREQUENCIES), "Of a recurrence.", "frequency"),
        Key("interval", Whole(1), "Of a recurrence: every so many.", "interval", "1"),
        Key("schedule", PATTERN, "Of a recurrence of days, weeks or months: at which times."),
        Key("start_time", Text("a time"), "Not due before.", "startTime", "when it is put"),
        Key("end_time", Text("a time"), "Not due after.", "endTime"),
        Key("time_zone", Text("a time zone"), "Whose clocks count.", "timeZone", "`UTC`"),
    ),
    words="a mapping with type",
)
CREATE_JOB = Table(
    (
        Key("type", Choice({"batch_endpoint": ""}, "Write batch_endpoint."), "Not needed."),
        Key("endpoint_name", Text(), "The endpoint to invoke.", is_required=True),
        Key("display_name", Text(), "The job's display name.", "displayName"),
        *(key for key in INVOCATION.keys if key.name not in {"$schema", "name"}),
    ),
    words="a mapping with endpoint_name and inputs",
)
_WORDS = (
    Key("display_name", Text(), "Its name for people.", "displayName"),
    Key("description", Text(), "What it is.", "description"),
    Key("tags", Texts(), "Tags.", "tags"),
    Key("properties", Texts(), "Properties of your own.", "properties"),
    Key("catchup", Choice(CATCHUPS), "What becomes of missed times.", "catchup", "`once`"),
    Key("trigger", TRIGGER, "When it is due.", is_required=True),
)
CHANGES = Table(_WORDS, words="what can be changed of a schedule")
SCHEDULE = Table(
    (
        SCHEMA,
        Key("name", Text(), "Name of the schedule.", is_required=True),
        *_WORDS,
        Key(
            "create_job",
            TextOr(Text("`azureml:<job>`, a job to repeat"), CREATE_JOB),
            "What it makes.",
            is_required=True,
        ),
    ),
    words="a schedule",
)
