"""One thing that was looked at, and how it is."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from cli.answers import JSON


class Status(StrEnum):
    OK = "ok"
    NOTE = "note"
    """It works; one should know."""
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """`fix` says what to do about what is wrong."""

    check: str
    status: Status
    finding: str
    fix: str = ""

    def to_wire(self) -> JSON:
        return asdict(self)


def ok(check: str, finding: str) -> Finding:
    return Finding(check, Status.OK, finding)


def note(check: str, finding: str, fix: str = "") -> Finding:
    return Finding(check, Status.NOTE, finding, fix)


def wrong(check: str, finding: str, fix: str) -> Finding:
    return Finding(check, Status.WRONG, finding, fix)
