"""Watches: what invokes an endpoint by uploads."""

from cli.command import Command

GROUPS = {"watch": "Watches, which turn uploads to a folder into jobs of an endpoint."}

_COLUMNS = "name:name, state:state, source:source.path, deployment:deployment_name"
_ROW = f"{{{_COLUMNS}}}"
_SHOWN = (
    f"{{{_COLUMNS}, pending:gathering.pending, batches:gathering.batches, "
    "lastJob:gathering.last_job, problem:gathering.problem}"
)

COMMANDS = (
    Command("watch create", "watch#create", "Create a watch, or replace it.", table=_ROW),
    Command(
        "watch show",
        "watch#show",
        "Show a watch: its rules, what is pending, its batches and its last job.",
        table=_SHOWN,
    ),
    Command(
        "watch list",
        "watch#list_all",
        "List the watches of an endpoint, its inbox among them.",
        table=f"[].{_ROW}",
    ),
    Command(
        "watch update",
        "watch#update",
        "Change a watch; what is not said stays, and so does what it has accepted.",
        table=_ROW,
    ),
    Command(
        "watch enable",
        "watch#enable",
        "Let a watch start jobs again, also for what came meanwhile.",
        table=_ROW,
    ),
    Command("watch disable", "watch#disable", "Keep a watch, but paused.", table=_ROW),
    Command(
        "watch delete",
        "watch#delete",
        "Delete a watch; its jobs stay. An inbox gets its built-in rules back.",
        confirmation="Delete this watch?",
    ),
)
