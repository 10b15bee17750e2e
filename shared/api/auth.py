"""Who may do what: a bearer token on every route, and the role that the route wants."""

from collections.abc import Mapping

from shared.domain.caller import Caller
from shared.domain.errors import Forbidden, Unauthenticated
from shared.domain.role import Role
from shared.ports import Verifier

SESSION_HEADERS = ("x-ms-token-aad-access-token", "x-ms-token-aad-id-token")
"""Where App Service authentication puts the tokens of somebody who signed in with a browser."""


def authorise(headers: Mapping[str, str], needed: Role, verifier: Verifier) -> Caller:
    """The caller; raises Unauthenticated or Forbidden."""
    caller = _caller(headers, verifier)
    held = Role.highest(caller.roles)
    if held is None or held < needed:
        roles = ", ".join(sorted(caller.roles)) or "no role"
        raise Forbidden(
            f"'{caller.name or caller.subject}' has {roles}; this needs {needed.name.lower()}.",
            fix=f"Ask who runs the service for the app role {needed.name.lower()}.",
            target="Authorization",
        )
    return caller


def _caller(headers: Mapping[str, str], verifier: Verifier) -> Caller:
    """The Authorization header's; without one, the browser session's: checked all the same."""
    session = [headers[name] for name in SESSION_HEADERS if headers.get(name)]
    if session and not headers.get("authorization", "").strip():
        return _of_session(session, verifier)
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "The request has no bearer token.",
            fix="Send the header 'Authorization: Bearer <token>'.",
            target="Authorization",
        )
    return verifier.verify(token.strip())


def _of_session(tokens: list[str], verifier: Verifier) -> Caller:
    """The first token that is for this service: a session's access token often is for another."""
    *first, last = tokens
    for token in first:
        try:
            return verifier.verify(token)
        except Unauthenticated:
            continue
    return verifier.verify(last)
