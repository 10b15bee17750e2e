"""Who is calling, as a checked token says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """A token's subject (its stable id), its readable name, its roles and its tenant."""

    subject: str
    name: str
    roles: frozenset[str]
    tenant: str = ""


NOBODY = Caller(subject="", name="", roles=frozenset())
"""Who comes through an open door."""
