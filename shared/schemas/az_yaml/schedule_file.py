"""A schedule's file, to the body that is put."""

from dataclasses import replace

from shared.domain.message import JSON
from shared.schemas.az_yaml.document import YamlDocument
from shared.schemas.az_yaml.files import ScheduleFile
from shared.schemas.az_yaml.invocation_file import invocation_of
from shared.schemas.az_yaml.keys import Given
from shared.schemas.az_yaml.nodes import Node, refusal
from shared.schemas.az_yaml.schedule_keys import CHANGES, PATTERN, SCHEDULE, TRIGGER

OF_RECURRENCES = ("frequency", "interval", "schedule")


def schedule_spec(document: YamlDocument) -> ScheduleFile:
    """Raises InvalidRequest, with the position."""
    given = SCHEDULE.read(document.root)
    name, body = given.text("name"), _body(given)
    job: Given | str = given.get("create_job")
    if isinstance(job, str):
        return ScheduleFile(name, body, source_job=job)
    invocation = invocation_of(job, document.base)
    if display_name := job.text("display_name"):
        overrides = {**invocation.overrides, "displayName": display_name}
        invocation = replace(invocation, overrides=overrides)
    if not invocation.inputs:
        raise refusal(
            job.node.position,
            f"'{job.key('inputs')}' is missing.",
            "Write what is to be scored: inputs: {data: {path: ...}}.",
            job.key("inputs"),
        )
    return ScheduleFile(name, body, endpoint=job.text("endpoint_name"), invocation=invocation)


def changed_properties(root: Node) -> JSON:
    """The properties of a schedule that a mapping of what can be changed says."""
    return _body(CHANGES.read(root))["properties"]


def _body(given: Given) -> JSON:
    return {"properties": {**CHANGES.wire(given), "trigger": _trigger(given.get("trigger"))}}


def _trigger(given: Given) -> JSON:
    """Each kind has keys of its own; the other's are refused."""
    is_cron = given.get("type") == "Cron"
    for key in OF_RECURRENCES if is_cron else ("expression",):
        if given.get(key) is not None:
            raise refusal(
                given.at(key).key_position or given.at(key).position,
                f"'{given.key(key)}' is of triggers of the other type.",
                "Remove it, or change the type.",
                given.key(key),
            )
    trigger = TRIGGER.wire(given)
    if pattern := given.get("schedule"):
        trigger["schedule"] = PATTERN.wire(pattern)
    return trigger
