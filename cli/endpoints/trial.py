"""What an invocation asks for beside a job over all its input, in the request's properties."""

from cli.answers import JSON
from cli.errors import UsageError


def trial_of(
    dry_run: bool,  # noqa: FBT001  # the command's own flags
    preflight: bool,  # noqa: FBT001
    sample: int | None,
    price_per_hour: float | None,
) -> dict[str, JSON]:
    """Only what is asked: without any of it a request is as ever. Raises UsageError."""
    if price_per_hour is not None and sample is None:
        raise UsageError(
            "--price-per-hour says what a sample projects, and there is no sample.",
            fix="Add --sample N.",
        )
    asked = {
        "dryRun": dry_run or None,
        "preflight": preflight or None,
        "sample": sample,
        "pricePerHour": price_per_hour,
    }
    return {name: value for name, value in asked.items() if value is not None}


def webhook_of(url: str) -> dict[str, JSON]:
    return {"webhook": {"url": url}} if url else {}
