"""Flags of `datastore`."""

from typing import Any

from cli.arguments.asset_flags import FILE, MAX_RESULTS, OVERRIDES


def load(flags: Any, verb: str) -> None:
    del verb
    flags.argument("name", options_list=["--name", "-n"], help="Name of the datastore.")
    flags.argument("file", **{**FILE, "help": "YAML file that describes the datastore."})
    flags.argument("overrides", **OVERRIDES)
    flags.argument("max_results", **MAX_RESULTS)
