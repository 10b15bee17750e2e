"""Flags of `version`, `upgrade` and `az-shim`."""

from typing import Any

_ACCEPTED = "Accepted, as az has it; it changes nothing."


def load(flags: Any, verb: str) -> None:
    if verb == "upgrade":
        flags.argument("yes", options_list=["--yes", "-y"], help=_ACCEPTED)
        flags.argument("all_extensions", options_list=["--all"], nargs="?", help=_ACCEPTED)
