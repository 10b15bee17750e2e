"""Checks bearer tokens as Entra ID issues them: signature, issuer, audience, times, roles."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import jwt
from jwt import PyJWK

from shared.adapters.entra_claims import Assignments, Claims, caller_of
from shared.adapters.entra_keys import IssuerKeys
from shared.domain.caller import Caller
from shared.domain.errors import ServiceUnavailable, Unauthenticated

ALGORITHMS_OF_KEY = {"RSA": ("RS256", "PS256"), "EC": ("ES256",)}
"""By the key's own type: the token does not choose how it is checked. Never `none`, never HS*."""
ALGORITHMS = tuple(name for names in ALGORITHMS_OF_KEY.values() for name in names)
LEEWAY_S = 5.0
"""For clocks that disagree a little."""
REQUIRED = ("exp", "iss", "aud")
QUOTED_LIMIT = 200
"""Characters of a claim that an error repeats."""


@dataclass(frozen=True)
class Trust:
    """Whose tokens are trusted, for what, and what they may do beyond what they say.

    With an empty `jwks_url`, each issuer's discovery document says where its keys are. A token of
    another tenant than `tenant` is refused; empty, any tenant of the issuers will do.
    """

    issuers: Sequence[str]
    audiences: Sequence[str]
    jwks_url: str = ""
    tenant: str = ""
    assignments: Assignments = field(default_factory=dict[str, str])


class TokenVerifier:
    """Trusts tokens of some issuers for any of some audiences.

    An audience's trailing slash is no difference; an issuer's is, as Entra's own names have it.

    Refusals are `Unauthenticated` and never repeat the token; `ServiceUnavailable` means that the
    issuer has not answered and no keys are cached, or that no issuer is trusted yet.
    """

    def __init__(self, trust: Trust, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._trust = trust
        self._audiences = [audience.rstrip("/") for audience in trust.audiences]
        self._accepted = [f"{base}{end}" for base in self._audiences for end in ("", "/")]
        self._keys = {
            issuer: IssuerKeys(issuer, trust.jwks_url, clock=clock) for issuer in trust.issuers
        }

    def verify(self, token: str) -> Caller:
        """Who is calling, if the token can be trusted."""
        if not self._keys:
            raise ServiceUnavailable(
                "This service trusts no token issuer yet.",
                fix="Set AUTH_ISSUER to the issuer of your tokens, and start the service again.",
                target="Authorization",
            )
        algorithm, key_id = self._algorithm_and_key(token)
        issuer = self._issuer_of(token)
        key = self._key(issuer, key_id, algorithm)
        claims = self._checked(token, key, algorithm, issuer)
        self._check_tenant(claims)
        caller = caller_of(claims, self._trust.assignments)
        if caller is None:
            raise self._refused("The bearer token names no subject ('oid' or 'sub').")
        return caller

    def _checked(self, token: str, key: PyJWK, algorithm: str, issuer: str) -> Claims:
        try:
            return jwt.decode(
                token,
                key.key,
                algorithms=[algorithm],
                audience=self._accepted,
                issuer=issuer,
                leeway=LEEWAY_S,
                options={"require": list(REQUIRED)},
            )
        except (jwt.PyJWTError, ValueError, OverflowError) as refusal:
            raise self._refused(_problem(refusal, token)) from None

    def _algorithm_and_key(self, token: str) -> tuple[str, str]:
        header = self._header(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            raise self._refused(
                f"The bearer token's algorithm is {_quote(algorithm)}, "
                f"and only {', '.join(ALGORITHMS)} are trusted."
            )
        if not isinstance(key_id, str) or not key_id:
            raise self._refused("The bearer token's header names no key ('kid').")
        return str(algorithm), key_id

    def _header(self, token: str) -> Claims:
        if not token.strip():
            raise self._refused("The bearer token is empty.")
        try:
            return jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise self._refused("The bearer token is not a JSON Web Token.") from None

    def _issuer_of(self, token: str) -> str:
        """Which of the trusted issuers the token names; its signature is checked after that."""
        try:
            issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise self._refused("The bearer token is not a JSON Web Token.") from None
        if issuer is None:
            raise self._refused("The bearer token has no claim 'iss'.")
        if not isinstance(issuer, str) or issuer not in self._keys:
            raise self._refused(f"The bearer token is of issuer {_quote(issuer)}.")
        return issuer

    def _key(self, issuer: str, key_id: str, algorithm: str) -> PyJWK:
        key = self._keys[issuer].find(key_id)
        if key is None:
            raise self._refused(
                f"The bearer token is signed with key {_quote(key_id)}, "
                f"which issuer '{issuer}' does not have."
            )
        if algorithm not in ALGORITHMS_OF_KEY.get(str(key.key_type), ()):
            raise self._refused(
                f"The bearer token's algorithm {_quote(algorithm)} is not one of its key's."
            )
        return key

    def _check_tenant(self, claims: Claims) -> None:
        expected, tenant = self._trust.tenant, claims.get("tid")
        if expected and (not isinstance(tenant, str) or tenant.lower() != expected.lower()):
            of = f"is of tenant {_quote(tenant)}" if tenant else "names no tenant ('tid')"
            raise self._refused(f"The bearer token {of}, and only '{expected}' is trusted.")

    def _refused(self, problem: str) -> Unauthenticated:
        audiences = " or ".join(f"'{audience}'" for audience in self._audiences)
        issuers = " or ".join(f"'{issuer}'" for issuer in self._trust.issuers)
        return Unauthenticated(
            problem,
            fix=f"Get a new token for audience {audiences} from issuer {issuers}.",
            target="Authorization",
        )


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
}


def _moment(at: object) -> str:
    try:
        return f"{datetime.fromtimestamp(float(str(at)), UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):
        return f"an impossible time ({_quote(at)})"


def _quote(value: object) -> str:
    return f"'{str(value)[:QUOTED_LIMIT]}'"
