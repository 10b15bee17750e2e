"""Flags of `group`."""

from typing import Any


def load(flags: Any, _verb: str) -> None:
    flags.argument("name", options_list=["--name", "-n"], help="Name of the resource group.")
