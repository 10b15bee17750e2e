"""Flags of `housekeeping`."""

from typing import Any


def load(flags: Any, verb: str) -> None:
    if verb == "run":
        flags.argument(
            "dry_run",
            action="store_true",
            help="Remove nothing: list what would go, and the sums by rule.",
        )
        flags.argument(
            "most",
            help="How many places a dry run lists one by one, beside the sums. Default: 100.",
        )
