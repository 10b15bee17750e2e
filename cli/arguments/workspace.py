"""Flags of `workspace`."""

from typing import Any

from cli.arguments.asset_flags import MAX_RESULTS


def load(flags: Any, verb: str) -> None:
    del verb
    flags.argument(
        "name", options_list=["--name", "-n"], help="Name of the workspace. Default: the own one."
    )
    flags.argument("max_results", **MAX_RESULTS)
