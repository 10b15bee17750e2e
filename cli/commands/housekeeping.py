"""`housekeeping`: what goes once it was kept for long enough."""

import time
from collections.abc import Iterable

from cli.answers import JSON
from cli.context import Context
from cli.errors import CommandError, UsageError

HOUSE = "housekeeping"
LISTED = 100
# Another host has the walk, for a minute as a rule; one that was killed has it for ten.
PATIENCE_S, NAP_S = 900.0, 3.0


def show(context: Context) -> JSON:
    return context.service.get(HOUSE)


def run(context: Context, *, dry_run: bool = False, most: str | None = None) -> JSON:
    """The whole walk, however many requests it takes."""
    listed = _number(most)
    if dry_run:
        return _preview(context, listed)
    sums, problems, end = _Sums(), 0, time.monotonic() + PATIENCE_S
    while True:
        look = context.service.post(f"{HOUSE}/run", {})
        sums.add(look["gone"])
        problems += look["problems"]
        if look["is_over"]:
            return {"is_dry_run": False, "gone": sums.rows, "problems": problems}
        if not look["is_busy"]:
            end = time.monotonic() + PATIENCE_S
        elif time.monotonic() > end:
            raise CommandError(
                "Another host has been keeping house for a long time.",
                fix="Look at its log, or send the command again in a while.",
            )
        else:
            time.sleep(NAP_S)


def _preview(context: Context, listed: int) -> JSON:
    sums, found = _Sums(), list[JSON]()
    for one in context.service.pages(f"{HOUSE}/preview"):
        sums.add([one])
        if len(found) < listed:
            found.append(one)
    return {"is_dry_run": True, "gone": sums.rows, "places": found}


class _Sums:
    """Counts and bytes by rule, in the order in which the rules are come to."""

    def __init__(self) -> None:
        self._by_rule: dict[str, tuple[int, int]] = {}

    def add(self, found: Iterable[JSON]) -> None:
        for one in found:
            count, size = self._by_rule.get(one["rule"], (0, 0))
            self._by_rule[one["rule"]] = count + one["count"], size + (one["bytes"] or 0)

    @property
    def rows(self) -> list[JSON]:
        return [
            {"rule": rule, "count": count, "bytes": size}
            for rule, (count, size) in self._by_rule.items()
        ]


def _number(text: str | None) -> int:
    if text is None:
        return LISTED
    if not text.isascii() or not text.isdigit() or len(text) > len(str(LISTED**3)):
        raise UsageError(f"--most is '{text[:50]}'.", fix="Use a whole number, such as 100.")
    return int(text)
