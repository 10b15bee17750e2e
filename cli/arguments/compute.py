"""Flags of `compute`."""

from typing import Any

from cli.arguments.asset_flags import FILE, MAX_RESULTS, OVERRIDES, TAGS


def load(flags: Any, verb: str) -> None:
    flags.argument("name", options_list=["--name", "-n"], help="Name of the compute.")
    flags.argument("file", **{**FILE, "help": "YAML file that describes the compute."})
    default = " Default: any." if verb == "list_all" else ""
    flags.argument(
        "kind", options_list=["--type", "-t"], type=str.lower, help=f"Type: amlcompute.{default}"
    )
    flags.argument("size", help="Size of its machines, kept and shown.")
    flags.argument("min_instances", help="Kept and shown.")
    flags.argument("max_instances", help="The most instances that a job may use.")
    flags.argument("idle_time_before_scale_down", help="Seconds, kept and shown.")
    flags.argument("tier", type=str.lower, help="Tier: dedicated or low_priority, kept and shown.")
    flags.argument("description", options_list=["--description", "-d"], help="What it is.")
    flags.argument("tags", **TAGS)
    flags.argument("overrides", **OVERRIDES)
    flags.argument("max_results", **MAX_RESULTS)
    flags.argument("no_wait", help="Nothing takes long here: it makes no difference.")
