"""Housekeeping as its routes show it: what went or would go, by rule, and where to go on."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import ValidationError

from shared.domain.cleared import Cleared, JobRemains
from shared.domain.errors import InvalidRequest
from shared.domain.housekeeping import Finding, Gone, HousekeepingRule, totals
from shared.domain.job import utc
from shared.domain.message import JSON, Message


def write_findings(found: Iterable[Finding]) -> list[JSON]:
    return [one.to_wire() for one in found]


def write_totals(found: Iterable[Finding]) -> list[JSON]:
    return write_gone(totals(found))


def write_gone(gone: dict[str, Gone]) -> list[JSON]:
    """In the order of the rules; rules by which nothing went are left out."""
    return [{"rule": rule, **gone[rule].to_wire()} for rule in HousekeepingRule if rule in gone]


def write_moment(moment: datetime | None) -> str | None:
    return utc(moment) if moment else None


def read_position[M: Message](kind: type[M], token: str) -> M:
    """Where a page before ended; raises InvalidRequest."""
    try:
        return kind.model_validate_json(token)
    except ValidationError:
        raise InvalidRequest(
            f"'{token[:100]}' is not a place in a dry run.",
            fix="Follow the nextLink of the page before, or leave $skiptoken out to begin anew.",
            target="$skiptoken",
        ) from None


def write_removed(cleared: Cleared) -> JSON:
    """What housekeeping removed of a job, and when; None for nothing."""
    removed = {what: write_moment(cleared.at(what)) for what in (JobRemains.PARTS, JobRemains.LOGS)}
    return {what: when for what, when in removed.items() if when} or None
