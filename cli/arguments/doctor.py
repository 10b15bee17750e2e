"""Flags of `doctor`."""

from typing import Any


def load(flags: Any, _verb: str) -> None:
    flags.positional(
        "target",
        nargs="?",
        metavar="MODEL | FILE.yml",
        help="A model folder, or an endpoint's or deployment's file. Default: the service.",
    )
