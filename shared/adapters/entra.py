"""Checks bearer tokens as Entra ID issues them: signature, issuer, audience, times, roles."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import jwt
from jwt import PyJWK

from shared.adapters.entra_keys import IssuerKeys
from shared.domain.caller import Caller
from shared.domain.errors import Unauthenticated

ALGORITHMS_OF_KEY = {"RSA": ("RS256", "PS256"), "EC": ("ES256",)}
"""By the key's own type: the token does not choose how it is checked. Never `none`, never HS*."""
ALGORITHMS = tuple(name for names in ALGORITHMS_OF_KEY.values() for name in names)
LEEWAY_S = 5.0
"""For clocks that disagree a little."""
REQUIRED = ("exp", "iss", "aud")
QUOTED_LIMIT = 200
"""Characters of a claim that an error repeats."""

type Claims = Mapping[str, Any]


class TokenVerifier:
    """Trusts tokens of one issuer for any of some audiences (a trailing slash is no difference).

    With an empty `jwks_url`, the issuer's discovery document says where its keys are. Refusals
    are `Unauthenticated` and never repeat the token; `ServiceUnavailable` means that the issuer
    has not answered and no keys are cached.
    """

    def __init__(
        self,
        issuer: str,
        audiences: Sequence[str],
        jwks_url: str = "",
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._audiences = [audience.rstrip("/") for audience in audiences]
        self._accepted = [f"{base}{end}" for base in self._audiences for end in ("", "/")]
        self._keys = IssuerKeys(issuer, jwks_url, clock=clock)

    def verify(self, token: str) -> Caller:
        """Who is calling, if the token can be trusted."""
        key, algorithm = self._key_for(token)
        try:
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[algorithm],
                audience=self._accepted,
                issuer=self._issuer,
                leeway=LEEWAY_S,
                options={"require": list(REQUIRED)},
            )
        except (jwt.PyJWTError, ValueError, OverflowError) as refusal:
            raise self._refused(_problem(refusal, token)) from None
        return self._caller(claims)

    def _key_for(self, token: str) -> tuple[PyJWK, str]:
        header = self._header(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            raise self._refused(
                f"The bearer token's algorithm is {_quote(algorithm)}, "
                f"and only {', '.join(ALGORITHMS)} are trusted."
            )
        if not isinstance(key_id, str) or not key_id:
            raise self._refused("The bearer token's header names no key ('kid').")
        key = self._keys.find(key_id)
        if key is None:
            raise self._refused(
                f"The bearer token is signed with key {_quote(key_id)}, "
                f"which issuer '{self._issuer}' does not have."
            )
        if algorithm not in ALGORITHMS_OF_KEY.get(str(key.key_type), ()):
            raise self._refused(
                f"The bearer token's algorithm {_quote(algorithm)} is not one of its key's."
            )
        return key, algorithm

    def _header(self, token: str) -> Claims:
        if not token.strip():
            raise self._refused("The bearer token is empty.")
        try:
            return jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise self._refused("The bearer token is not a JSON Web Token.") from None

    def _caller(self, claims: Claims) -> Caller:
        subject = claims.get("oid") or claims.get("sub")
        if not isinstance(subject, str):
            raise self._refused("The bearer token names no subject ('oid' or 'sub').")
        names = (claims.get(claim) for claim in ("name", "preferred_username", "upn", "appid"))
        return Caller(
            subject=subject,
            name=str(next(filter(None, names), subject)).encode(errors="replace").decode(),
            roles=_roles(claims),
            tenant=str(claims.get("tid", "")),
        )

    def _refused(self, problem: str) -> Unauthenticated:
        audiences = " or ".join(f"'{audience}'" for audience in self._audiences)
        return Unauthenticated(
            problem,
            fix=f"Get a new token for audience {audiences} from issuer '{self._issuer}'.",
            target="Authorization",
        )


def _roles(claims: Claims) -> frozenset[str]:
    """App roles; for a token of a user's client, the scopes it was granted."""
    roles = claims.get("roles", [])
    scopes = claims.get("scp", "")
    listed = [roles] if isinstance(roles, str) else roles
    named = [role for role in listed if isinstance(role, str)] if isinstance(listed, list) else []
    return frozenset([*named, *(scopes.split() if isinstance(scopes, str) else [])])


def _problem(refusal: Exception, token: str) -> str:
    if isinstance(refusal, jwt.InvalidSignatureError):
        return "The bearer token's signature is not its issuer's."
    if isinstance(refusal, jwt.MissingRequiredClaimError):
        return f"The bearer token has no claim '{refusal.claim}'."
    if isinstance(refusal, tuple(_PROBLEM_OF)):
        claims = jwt.decode(token, options={"verify_signature": False})  # it was good
        return _PROBLEM_OF[type(refusal)](claims)
    return "The bearer token's claims are malformed."


_PROBLEM_OF: Mapping[type[Exception], Callable[[Claims], str]] = {
    jwt.ExpiredSignatureError: lambda claims: (
        f"The bearer token expired at {_moment(claims['exp'])}."
    ),
    jwt.ImmatureSignatureError: lambda claims: (
        f"The bearer token is not valid before {_moment(claims.get('nbf', claims.get('iat')))}."
    ),
    jwt.InvalidAudienceError: lambda claims: (
        f"The bearer token is for audience {_quote(claims.get('aud'))}."
    ),
    jwt.InvalidIssuerError: lambda claims: (
        f"The bearer token is of issuer {_quote(claims.get('iss'))}."
    ),
}


def _moment(at: object) -> str:
    try:
        return f"{datetime.fromtimestamp(float(str(at)), UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):
        return f"an impossible time ({_quote(at)})"


def _quote(value: object) -> str:
    return f"'{str(value)[:QUOTED_LIMIT]}'"
