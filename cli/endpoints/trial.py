"""What an invocation asks for beside a job over all its input, in the request's properties."""

import math
from collections.abc import Mapping
from typing import Any

from cli.answers import JSON
from cli.errors import UsageError
from shared.domain.sample import MOST_SAMPLED


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
    sample, price = flags.get("sample"), flags.get("price_per_hour")
    if sample is not None and not 1 <= sample <= MOST_SAMPLED:
        raise UsageError(f"--sample is {sample}.", fix=f"Ask for 1 to {MOST_SAMPLED} files.")
    if price is not None and price < 0:
        raise UsageError(f"--price-per-hour is {price}.", fix="Write 0 or more.")
    asked = {
        "dryRun": flags.get("dry_run") or None,
        "preflight": flags.get("preflight") or None,
        "sample": sample,
        "pricePerHour": price,
    }
    return {name: value for name, value in asked.items() if value is not None}


def webhook_of(url: str) -> dict[str, JSON]:
    return {"webhook": {"url": url}} if url else {}
