"""Roles: what a caller may do. Each includes the ones before it."""

from collections.abc import Iterable
from enum import IntEnum


class Role(IntEnum):
    """Azure ML's data-plane split: read, invoke, manage."""

    READER = 1
    INVOKER = 2
    CONTRIBUTOR = 3

    @classmethod
    def highest(cls, names: Iterable[str]) -> "Role | None":
        """The highest role among the names of a token, without regard to case; None if none is."""
        known = {role.name.lower(): role for role in cls}
        held = [known[name.lower()] for name in names if name.lower() in known]
        return max(held, default=None)
