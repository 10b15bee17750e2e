"""`schedule`: endpoints that are invoked by the clock."""

from itertools import islice

from cli.answers import JSON
from cli.assets.asset_documents import limit
from cli.assets.yaml_asset import change, usage_errors
from cli.context import Context
from cli.errors import UsageError
from cli.views.schedule import schedule_view, trigger_view

CHANGED = ("description", "tags", "properties", "catchup")


def create(
    context: Context,
    *,
    file: str | None = None,
    name: str | None = None,
    overrides: list[str] | None = None,
    no_wait: bool = False,
) -> JSON:
    """Wait or not: it is there at once."""
    from cli.schedules.action import action_of, read_schedule  # noqa: PLC0415  # loads pydantic

    del no_wait
    spec = read_schedule(file, name, overrides or [])
    body = spec.body
    body["properties"]["action"] = action_of(context.service, spec)
    return schedule_view(context.service.put(f"schedules/{spec.name}", body))


def show(context: Context, *, name: str) -> JSON:
    return schedule_view(context.service.get(f"schedules/{name}"))


def list_all(
    context: Context,
    *,
    include_disabled: bool = False,
    disabled_only: bool = False,
    max_results: str | None = None,
) -> list[JSON]:
    if include_disabled and disabled_only:
        raise UsageError("--include-disabled and --disabled-only are both given.", fix="Give one.")
    view = "DisabledOnly" if disabled_only else "All" if include_disabled else "EnabledOnly"
    found = context.service.pages("schedules", {"listViewType": view})
    return [schedule_view(one) for one in islice(found, limit(max_results))]


def update(
    context: Context, *, name: str, overrides: list[str] | None = None, no_wait: bool = False
) -> JSON:
    """What is not given stays."""
    from cli.schedules.action import read_changes  # noqa: PLC0415  # loads pydantic

    del no_wait
    if not overrides:
        raise UsageError("Nothing is to be changed.", fix="Write --set key=value.")
    own = context.service.get(f"schedules/{name}")["properties"]
    before = {
        **{key: own[key] for key in CHANGED if own.get(key)},
        "display_name": own.get("displayName") or "",
        "trigger": trigger_view(own["trigger"]),
    }
    after = change(before, overrides)
    if "create_job" in after:
        raise UsageError(
            "create_job cannot be changed by --set.",
            fix="Write it in a file, and give that to schedule create: it replaces the schedule.",
        )
    with usage_errors():
        properties = read_changes(after)
    cleared = {"description": "", "tags": {}, "properties": {}, "displayName": ""}
    return _put(context, name, cleared | properties)


def enable(context: Context, *, name: str, no_wait: bool = False) -> JSON:
    del no_wait
    return _put(context, name, {"isEnabled": True})


def disable(context: Context, *, name: str, no_wait: bool = False) -> JSON:
    del no_wait
    return _put(context, name, {"isEnabled": False})


def trigger(context: Context, *, name: str, schedule_time: str | None = None) -> JSON:
    body = {"scheduleTime": schedule_time} if schedule_time else {}
    run = context.service.post(f"schedules/{name}/trigger", body)
    return {"job_name": run["submissionId"], "schedule_action_type": run["scheduleActionType"]}


def delete(context: Context, *, name: str, no_wait: bool = False) -> None:
    del no_wait
    context.service.delete(f"schedules/{name}")


def _put(context: Context, name: str, changes: JSON) -> JSON:
    """Only if nobody changed it since it was read."""
    document = context.service.get(f"schedules/{name}")
    headers = {"If-Match": f'"{document["etag"]}"'} if document.get("etag") else {}
    body = {"properties": document["properties"] | changes}
    return schedule_view(context.service.put(f"schedules/{name}", body, headers))
