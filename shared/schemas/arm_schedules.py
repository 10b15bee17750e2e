"""Schedules in ARM JSON, to and from the domain.

Two of Azure's actions make batch jobs: `InvokeBatchEndpoint`, whose definition here is
`{"endpointName": ..., "deploymentName": ..., "properties": {the properties of an invocation}}`, and
`CreateJob` with a `sourceJobId`: that job of an endpoint, again.
"""

from datetime import UTC, datetime

from shared.domain.asset import DataType
from shared.domain.errors import InvalidRequest
from shared.domain.job import JobSpec, utc
from shared.domain.message import JSON, Extras, Message
from shared.domain.names import schedule_name
from shared.domain.schedule import (
    Catchup,
    Schedule,
    ScheduledInvocation,
    ScheduleProgress,
)
from shared.schemas.arm_envelope import (
    closed,
    opened,
    read_description,
    read_own_properties,
    read_tags,
)
from shared.schemas.arm_output import write_output_options
from shared.schemas.arm_selection import write_selection
from shared.schemas.arm_settings import write_settings
from shared.schemas.arm_triggers import parse_time, read_trigger, write_trigger
from shared.schemas.arm_webhooks import refuse_webhook
from shared.schemas.fields import Fields

ACTION = "properties.action"
DEFINITION = f"{ACTION}.endpointInvocationDefinition"
SOURCE_JOB = f"{ACTION}.jobDefinition.sourceJobId"
INVOKE, CREATE = "InvokeBatchEndpoint", "CreateJob"
ACTIONS = {INVOKE: INVOKE, CREATE: CREATE}
CATCHUPS = {catchup.value: catchup.value for catchup in Catchup}
READ_ONLY = ("provisioningState", "nextRunTime", "lastRun")
LONGEST_NAME = 255


class ScheduleRequest(Message):
    """The body of a PUT: `source_job` is the job to repeat, '' for none.

    With `keeps_state` it does not say whether the schedule is on.
    """

    schedule: Schedule
    source_job: str = ""
    keeps_state: bool = False


def read_schedule(name: str, body: JSON, now: datetime) -> ScheduleRequest:
    """Raises InvalidRequest."""
    envelope, outer = opened(body)
    trigger = read_trigger(outer.object("trigger"))
    invocation, source_job, shown = _read_action(outer.object("action"))
    keeps_state = not outer.has("isEnabled")
    schedule = Schedule(
        name=schedule_name(name),
        trigger=trigger,
        invocation=invocation,
        since=now.replace(microsecond=0),
        is_enabled=keeps_state or outer.flag("isEnabled"),
        catchup=Catchup(outer.choice("catchup", CATCHUPS) or Catchup.ONCE),
        display_name=outer.text("displayName", longest=LONGEST_NAME),
        description=read_description(outer),
        tags=read_tags(outer),
        properties=read_own_properties(outer),
        shown=shown,
    )
    outer.ignore(*READ_ONLY)
    closed(envelope, outer)
    return ScheduleRequest(schedule=schedule, source_job=source_job, keeps_state=keeps_state)


def _read_action(fields: Fields) -> tuple[ScheduledInvocation, str, Extras]:
    """What is invoked, or the job to repeat, and the action as it is to be shown."""
    kind = fields.choice("actionType", ACTIONS)
    if kind is None:
        fields.required("actionType", INVOKE)
    if kind == INVOKE:
        invocation = _read_definition(fields.object("endpointInvocationDefinition"))
        fields.refuse_others()
        return invocation, "", {}
    definition = fields.object("jobDefinition")
    source = definition.required("sourceJobId", "azureml:<job of a batch endpoint>")
    shown = {"actionType": CREATE, **fields.extras("jobDefinition")}
    fields.refuse_others()
    job = source.rstrip("/").rpartition("/")[2].removeprefix("azureml:")
    return ScheduledInvocation(endpoint=""), job, shown


def _read_definition(fields: Fields) -> ScheduledInvocation:
    read_display_name(fields.object("properties"))
    refuse_webhook(fields.object("properties"), "schedules")
    invocation = ScheduledInvocation(
        endpoint=fields.required("endpointName", "my-endpoint"),
        deployment=fields.text("deploymentName"),
        body=fields.extras("properties").get("properties", {}),
    )
    fields.refuse_others()
    named = [key for key in invocation.body if key.lower() == "name"]
    if named:
        raise InvalidRequest(
            f"'{fields.path('properties')}.{named[0]}' names the job.",
            fix="Leave it out: a scheduled job is named after the schedule and its due time. Use "
            "displayName for a name with places such as {yyyy}-{MM}-{dd}.",
            target=f"{fields.path('properties')}.{named[0]}",
        )
    return invocation


def read_display_name(body: Fields) -> str:
    """The display name of the job that an invocation makes; '' for none."""
    return body.text("displayName", longest=LONGEST_NAME)


def repeated(spec: JobSpec) -> ScheduledInvocation:
    """The invocation that makes a job like that one, with an output of its own."""
    kind = "UriFile" if spec.input.type is DataType.URI_FILE else "UriFolder"
    settings = write_settings(spec.settings)
    del settings["outputAction"]  # the deployment's
    body = {
        "inputData": {
            spec.input.name: {
                "jobInputType": kind,
                "uri": spec.input.uri,
                **write_selection(spec.settings.selection),
            }
        },
        "compute": {"instanceCount": spec.settings.instance_count},
        "properties": {
            "experimentName": spec.experiment,
            **write_output_options(spec.settings.output),
        },
        **{name: value for name, value in settings.items() if value is not None},
    }
    return ScheduledInvocation(endpoint=spec.endpoint, deployment=spec.deployment, body=body)


def write_schedule(
    schedule: Schedule, progress: ScheduleProgress | None, next_due: datetime | None
) -> JSON:
    """The `properties` of a GET."""
    run = progress.last_run if progress else None
    last = run and {"dueTime": utc(run.due), "jobName": run.job or None, "error": run.error or None}
    return {
        "displayName": schedule.display_name,
        "description": schedule.description,
        "tags": schedule.tags,
        "properties": schedule.properties,
        "isEnabled": schedule.is_enabled,
        "provisioningState": "Succeeded",
        "catchup": schedule.catchup,
        "trigger": write_trigger(schedule.trigger),
        "action": schedule.shown or _write_action(schedule.invocation),
        "nextRunTime": utc(next_due) if next_due else None,
        "lastRun": last,
    }


def _write_action(invocation: ScheduledInvocation) -> JSON:
    definition = {
        "endpointName": invocation.endpoint,
        "deploymentName": invocation.deployment or None,
        "properties": invocation.body,
    }
    return {"actionType": INVOKE, "endpointInvocationDefinition": definition}


def read_schedule_time(body: JSON) -> datetime | None:
    """The body of a POST that runs a schedule at once: the moment to run it for, if it says one."""
    fields = Fields.of(body)
    text = fields.text("scheduleTime")
    fields.refuse_others()
    if not text:
        return None
    moment = parse_time(text)
    if moment is None:
        raise InvalidRequest(
            f"'scheduleTime' is '{text[:100]}', not a time.",
            fix="Write it such as 2026-03-01T02:30:00Z, or leave it out for now.",
            target="scheduleTime",
        )
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
