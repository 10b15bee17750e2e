"""Flags of `storage account`."""

from typing import Any


def load(flags: Any, verb: str) -> None:
    del verb
    flags.argument("name", options_list=["--name", "-n"], help="Name of the account.")
