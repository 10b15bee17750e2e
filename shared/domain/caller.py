"""Who is calling, as a checked token says."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.message import Message


class CallerType(StrEnum):
    """ARM's words for who did something."""

    USER = "User"
    APPLICATION = "Application"


class Author(Message):
    """Who did something, as documents remember it."""

    name: str
    type: CallerType = CallerType.USER


@dataclass(frozen=True)
class Caller:
    """A token's subject (its stable id), its readable name, its roles, its tenant and its end."""

    subject: str
    name: str
    roles: frozenset[str]
    tenant: str = ""
    type: CallerType = CallerType.USER
    expires_at: datetime | None = None

    @property
    def author(self) -> Author:
        return Author(name=self.name or self.subject, type=self.type)


NOBODY = Caller(subject="", name="", roles=frozenset())
"""Who comes through an open door."""
