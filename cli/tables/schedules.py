"""Schedules: what invokes an endpoint by the clock."""

from cli.command import Command

GROUPS = {"schedule": "Schedules, which invoke an endpoint at due times."}

_ROW = (
    "{name:name, isEnabled:is_enabled, trigger:trigger.type, endpoint:create_job.endpoint_name, "
    "nextRun:next_run_time, lastJob:last_run.job_name}"
)

COMMANDS = (
    Command(
        "schedule create",
        "schedule#create",
        "Create a schedule, or replace it; upload what its file has on this machine.",
        table=_ROW,
    ),
    Command("schedule show", "schedule#show", "Show a schedule.", table=_ROW),
    Command("schedule list", "schedule#list_all", "List the schedules.", table=f"[].{_ROW}"),
    Command(
        "schedule update",
        "schedule#update",
        "Change a schedule: its words, its trigger, what becomes of missed times.",
        table=_ROW,
    ),
    Command("schedule enable", "schedule#enable", "Let a schedule run again.", table=_ROW),
    Command("schedule disable", "schedule#disable", "Keep a schedule, but off.", table=_ROW),
    Command("schedule trigger", "schedule#trigger", "Run a schedule at once."),
    Command(
        "schedule delete",
        "schedule#delete",
        "Delete a schedule; its jobs stay.",
        confirmation="Delete this schedule?",
    ),
)
