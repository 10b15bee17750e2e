"""Flags of `watch`."""

from typing import Any

from cli.arguments.asset_flags import FILE, MAX_RESULTS, OVERRIDES
from cli.arguments.batch_deployment import ENDPOINT


def load(flags: Any, verb: str) -> None:
    flags.argument("endpoint_name", **ENDPOINT)
    if verb == "list_all":
        flags.argument("max_results", **MAX_RESULTS)
        return
    flags.argument("name", options_list=["--name", "-n"], help="Name of the watch: inbox, ...")
    flags.argument("no_wait", help="Nothing takes long here: it makes no difference.")
    if verb in {"create", "update"}:
        flags.argument("file", **{**FILE, "help": "YAML file that describes the watch."})
        flags.argument("overrides", **OVERRIDES)
