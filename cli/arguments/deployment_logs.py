"""Flags of `batch-deployment get-logs`."""

from typing import Any


def load(flags: Any, _verb: str) -> None:
    flags.argument("name", options_list=["--name", "-n"], help="Name of the deployment.")
    flags.argument("endpoint_name", options_list=["--endpoint-name", "-e"], help="Its endpoint.")
    flags.argument("lines", options_list=["--lines", "-l"], type=int, help="The last lines only.")
