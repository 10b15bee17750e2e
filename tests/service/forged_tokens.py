"""Tokens that must open nothing, made from one that opens everything, with the issuer's own key."""

import base64
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from local.issuer import Issuer

STRANGER = generate_private_key(public_exponent=65537, key_size=2048)
SESSION = "x-ms-token-aad-access-token"


@dataclass(frozen=True)
class Forgery:
    """The headers of a request, and the refusal that they must meet."""

    flaw: str
    headers: Mapping[str, str]
    status: int
    word: str


def forgeries(issuer: Issuer) -> tuple[Forgery, ...]:
    return (*_without_a_token(), *_badly_signed(issuer), *_with_wrong_claims(issuer))


def _without_a_token() -> Iterator[Forgery]:
    word = "no bearer token"
    yield Forgery("no token", {}, 401, word)
    yield Forgery("an empty token", {"Authorization": "Bearer "}, 401, word)
    yield Forgery("a password", {"Authorization": "Basic dXNlcjpwYXNz"}, 401, word)
    claims = {"X-MS-CLIENT-PRINCIPAL": base64.b64encode(b'{"roles": ["contributor"]}').decode()}
    yield Forgery("an unsigned principal", claims, 401, word)
    yield Forgery("garbage", {"Authorization": "Bearer garbage"}, 401, "not a JSON Web Token")
    yield Forgery("garbage in a session", {SESSION: "garbage"}, 401, "not a JSON Web Token")


def _badly_signed(issuer: Issuer) -> Iterator[Forgery]:
    good = issuer.token()
    claims, kid = _claims(issuer), issuer.key_id
    head, payload, signature = good.split(".")
    other = ("A" if signature[0] != "A" else "B") + signature[1:]
    yield _bearer("bad signature", f"{head}.{payload}.{other}", 401, "signature")
    yield _bearer("no signature", f"{head}.{payload}.", 401, "signature")
    changed = _encoded(claims | {"oid": "somebody else"})
    yield _bearer("a changed claim", f"{head}.{changed}.{signature}", 401, "signature")
    unsigned = jwt.encode(claims, "", "none", headers={"kid": kid})
    yield _bearer("alg none", unsigned, 401, "'none'")
    stranger = jwt.encode(claims, STRANGER, "RS256", headers={"kid": kid})
    yield _bearer("a stranger's key", stranger, 401, "signature")
    unknown = jwt.encode(claims, STRANGER, "RS256", headers={"kid": "nobody-knows"})
    yield _bearer("an unknown key", unknown, 401, "nobody-knows")
    yield _bearer("the public key as a secret", _confused(issuer, payload), 401, "'HS256'")


def _with_wrong_claims(issuer: Issuer) -> Iterator[Forgery]:
    now = int(time.time())
    elsewhere = "https://elsewhere.invalid/v2.0"
    wrong: tuple[tuple[str, dict[str, Any], int, str], ...] = (
        ("wrong issuer", {"iss": elsewhere}, 401, elsewhere),
        ("wrong audience", {"aud": "https://x.invalid"}, 401, "https://x.invalid"),
        ("expired", {"iat": now - 900, "nbf": now - 900, "exp": now - 60}, 401, "expired"),
        ("not yet valid", {"nbf": now + 600, "exp": now + 900}, 401, "not valid before"),
        ("without an end", {"exp": None}, 401, "'exp'"),
        ("a role of another tenant", {"tid": "another-tenant"}, 401, "another-tenant"),
        ("without a tenant", {"tid": None}, 401, "no tenant"),
        ("without a role", {"roles": []}, 403, "no role"),
        ("an unknown role", {"roles": ["owner"]}, 403, "owner"),
    )
    for flaw, changes, status, word in wrong:
        claims = {name: one for name, one in (_claims(issuer) | changes).items() if one is not None}
        token = jwt.encode(claims, issuer._key, "RS256", headers={"kid": issuer.key_id})
        yield _bearer(flaw, token, status, word)
        yield Forgery(f"{flaw}, in a session", {SESSION: token}, status, word)


def _bearer(flaw: str, token: str, status: int, word: str) -> Forgery:
    return Forgery(flaw, {"Authorization": f"Bearer {token}"}, status, word)


def _claims(issuer: Issuer) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(issuer.token(), options={"verify_signature": False})
    return claims


def _confused(issuer: Issuer, payload: str) -> str:
    """Signed with what everybody knows, as if it were a shared secret."""
    public = issuer._public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{_encoded({'alg': 'HS256', 'kid': issuer.key_id, 'typ': 'JWT'})}.{payload}"
    digest = jwt.api_jws.get_algorithm_by_name("HS256").sign(signed.encode(), public)
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def _encoded(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()
