"""What an invocation asks for beside a job over all its input, in the request's properties."""

import math
from collections.abc import Mapping
from typing import Any

from cli.answers import JSON
from cli.errors import UsageError


def trial_of(flags: Mapping[str, Any]) -> dict[str, JSON]:
    """Only what is asked: without any of it a request is as ever. Raises UsageError."""
    if flags.get("price_per_hour") is not None and flags.get("sample") is None:
        raise UsageError(
            "--price-per-hour says what a sample projects, and there is no sample.",
            fix="Add --sample N.",
        )
    if not math.isfinite(flags.get("price_per_hour") or 0):
        raise UsageError(
            f"--price-per-hour is {flags['price_per_hour']}, which is no price.",
            fix="Write a number, such as 0.4.",
        )
    asked = {
        "dryRun": flags.get("dry_run") or None,
        "preflight": flags.get("preflight") or None,
        "sample": flags.get("sample"),
        "pricePerHour": flags.get("price_per_hour"),
    }
    return {name: value for name, value in asked.items() if value is not None}


def webhook_of(url: str) -> dict[str, JSON]:
    return {"webhook": {"url": url}} if url else {}
