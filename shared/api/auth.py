"""Who may do what: a bearer token on every route, and the role that the route wants."""

from collections.abc import Mapping
from typing import Protocol

from shared.domain.caller import Caller
from shared.domain.errors import Forbidden, Unauthenticated
from shared.domain.role import Role


class Verifier(Protocol):
    def verify(self, token: str) -> Caller:
        """Raises Unauthenticated."""
        ...


def authorise(headers: Mapping[str, str], needed: Role, verifier: Verifier) -> Caller:
    """The caller; raises Unauthenticated or Forbidden."""
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "The request has no bearer token.",
            fix="Send the header 'Authorization: Bearer <token>'.",
            target="Authorization",
        )
    caller = verifier.verify(token.strip())
    held = Role.highest(caller.roles)
    if held is None or held < needed:
        roles = ", ".join(sorted(caller.roles)) or "no role"
        raise Forbidden(
            f"'{caller.name or caller.subject}' has {roles}; this needs {needed.name.lower()}.",
            fix=f"Ask who runs the service for the app role {needed.name.lower()}.",
            target="Authorization",
        )
    return caller
