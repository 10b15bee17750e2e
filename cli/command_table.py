"""Every command of `bep`: its name, the function that does it, and one line of help."""

from cli.command import Command
from cli.tables import assets, batch, entry, housekeeping, jobs, schedules, watches, webhooks

GROUPS: dict[str, str] = {
    **batch.GROUPS,
    **jobs.GROUPS,
    **schedules.GROUPS,
    **watches.GROUPS,
    **webhooks.GROUPS,
    **housekeeping.GROUPS,
    **assets.GROUPS,
    **entry.GROUPS,
}
"""What each group of commands is for."""

COMMANDS: tuple[Command, ...] = (
    *batch.COMMANDS,
    *jobs.COMMANDS,
    *schedules.COMMANDS,
    *watches.COMMANDS,
    *webhooks.COMMANDS,
    *housekeeping.COMMANDS,
    *assets.COMMANDS,
    *entry.COMMANDS,
)
