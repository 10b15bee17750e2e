"""Flags of `schedule`."""

from typing import Any

from cli.arguments.asset_flags import FILE, MAX_RESULTS, OVERRIDES


def load(flags: Any, verb: str) -> None:
    flags.argument("name", options_list=["--name", "-n"], help="Name of the schedule.")
    flags.argument("file", **{**FILE, "help": "YAML file that describes the schedule."})
    flags.argument("overrides", **OVERRIDES)
    flags.argument("max_results", **MAX_RESULTS)
    flags.argument("no_wait", help="Nothing takes long here: it makes no difference.")
    if verb == "list_all":
        flags.argument("include_disabled", help="List those that are off, too.")
        flags.argument("disabled_only", help="List those that are off, and nothing else.")
    if verb == "trigger":
        flags.argument(
            "schedule_time",
            help="The moment to run it for, 2026-03-01T02:30:00Z. Default: now.",
        )
