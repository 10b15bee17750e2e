"""From the claims of a trusted token to its caller: who it is, and what it may do."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from shared.domain.caller import Caller, CallerType

type Claims = Mapping[str, Any]
type Assignments = Mapping[str, str]
"""Role names by the id of a user, a group or an application, in lower case."""

NAMES = ("name", "preferred_username", "upn", "unique_name", "app_displayname", "appid", "azp")
OF_USERS = ("name", "preferred_username", "upn", "unique_name", "scp")


def caller_of(claims: Claims, assignments: Assignments) -> Caller | None:
    """The caller, or None when the token names no subject ('oid' or 'sub')."""
    subject = claims.get("oid") or claims.get("sub")
    if not isinstance(subject, str):
        return None
    name = next(filter(None, (claims.get(claim) for claim in NAMES)), subject)
    kind = _type_of(claims)
    assigned = {assignments[one] for one in _ids(claims, kind) if one in assignments}
    return Caller(
        subject=subject,
        name=str(name).encode(errors="replace").decode(),
        roles=_roles(claims) | assigned,
        tenant=str(claims.get("tid", "")),
        type=kind,
        expires_at=_end(claims.get("exp")),
    )


def _end(exp: object) -> datetime | None:
    """When the token ends; None when that is no moment that a calendar has."""
    try:
        return datetime.fromtimestamp(float(str(exp)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _type_of(claims: Claims) -> CallerType:
    """An application's own token says so, or names no user and no scope that a user granted."""
    stated = claims.get("idtyp")
    is_user = stated == "user" or (stated != "app" and any(claims.get(one) for one in OF_USERS))
    return CallerType.USER if is_user else CallerType.APPLICATION


def _ids(claims: Claims, kind: CallerType) -> Iterator[str]:
    """What a role can be assigned to.

    A user's token also names the client that asked for it. That client's id does not count: a
    role of the client would be a role of everybody who signs in with it.
    """
    groups = claims.get("groups", [])
    candidates = [claims.get("oid"), claims.get("sub")]
    candidates += groups if isinstance(groups, list) else [groups]
    if kind is CallerType.APPLICATION:
        candidates += [claims.get("appid"), claims.get("azp")]
    yield from (one.lower() for one in candidates if isinstance(one, str))


def _roles(claims: Claims) -> frozenset[str]:
    """App roles; for a token of a user's client, the scopes it was granted."""
    roles = claims.get("roles", [])
    scopes = claims.get("scp", "")
    listed = [roles] if isinstance(roles, str) else roles
    named = [role for role in listed if isinstance(role, str)] if isinstance(listed, list) else []
    return frozenset([*named, *(scopes.split() if isinstance(scopes, str) else [])])
