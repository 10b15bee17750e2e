"""Housekeeping: what goes once it was kept for long enough."""

from cli.command import Command

GROUPS = {"housekeeping": "Housekeeping, which removes what was kept for long enough."}

_RULES = "gone[].{rule:rule, count:count, bytes:bytes}"

COMMANDS = (
    Command(
        "housekeeping show",
        "housekeeping#show",
        "Show what is kept for how long, and what went.",
        table="records[].{startedAt:started_at, endedAt:ended_at, problems:problems}",
    ),
    Command(
        "housekeeping run",
        "housekeeping#run",
        "Remove what is due, now; with --dry-run say what would go, by which rule and why.",
        table=_RULES,
    ),
)
