"""Flags of `extension`: az's, of which none has a meaning here."""

from typing import Any

_ACCEPTED = "Accepted, as az has it; it changes nothing."


def load(flags: Any, verb: str) -> None:
    flags.argument("name", options_list=["--name", "-n"], help="Name of the extension.")
    if verb != "add":
        return
    flags.argument("source", options_list=["--source", "-s"], help=_ACCEPTED)
    flags.argument("yes", options_list=["--yes", "-y"], help=_ACCEPTED)
    flags.argument("upgrade", options_list=["--upgrade", "-U"], help=_ACCEPTED)
    for name in ("version", "system"):
        flags.argument(name, help=_ACCEPTED)
    flags.argument("allow_preview", nargs="?", const="true", help=_ACCEPTED)
