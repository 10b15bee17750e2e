"""Tokens that are forged, broken or nonsense: each is refused, and none crashes the verifier."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.entra import TokenVerifier
from shared.domain.errors import Unauthenticated
from tests.adapters.issuer import AUDIENCE, KeyServer, ec_key, public_jwk, rsa_key
from tests.adapters.tokens import refusal

ARBITRARILY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


def test_a_token_of_another_issuer_with_the_same_key_id_is_refused(
    verifier: TokenVerifier, issuer: KeyServer
) -> None:
    assert "signature" in refusal(verifier, issuer.token(rsa_key("a stranger's")))


def test_a_changed_claim_breaks_the_signature(issuer: KeyServer, verifier: TokenVerifier) -> None:
    header, payload, signature = issuer.token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    forged = encoded({**claims, "roles": ["contributor"]})

    assert "signature" in refusal(verifier, f"{header}.{forged}.{signature}")


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS256", "RS512", None, ["RS256"], {}])
def test_an_algorithm_that_is_not_trusted_is_refused(
    issuer: KeyServer, verifier: TokenVerifier, algorithm: object
) -> None:
    _, payload, signature = issuer.token().split(".")
    header = encoded({"alg": algorithm, "kid": "first"})

    for token in (f"{header}.{payload}.{signature}", f"{header}.{payload}."):
        problem = refusal(verifier, token)
        assert "algorithm" in problem or "not a JSON Web Token" in problem


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    issuer: KeyServer, verifier: TokenVerifier
) -> None:
    """The confusion of algorithms: everybody knows the public key."""
    public = rsa_key("first").public_key()
    secret = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _, payload, _ = issuer.token().split(".")
    head = encoded({"alg": "HS256", "kid": "first", "typ": "JWT"})
    signature = jwt.api_jws.get_algorithm_by_name("HS256")
    signed = signature.sign(f"{head}.{payload}".encode(), secret)
    tail = base64.urlsafe_b64encode(signed).rstrip(b"=").decode()

    assert "'HS256'" in refusal(verifier, f"{head}.{payload}.{tail}")


@pytest.mark.parametrize(("key_id", "algorithm"), [("first", "ES256"), ("curve", "RS256")])
def test_a_key_is_used_with_its_own_algorithms_only(
    issuer: KeyServer, verifier: TokenVerifier, key_id: str, algorithm: str
) -> None:
    key = ec_key("curve") if algorithm == "ES256" else rsa_key("first")

    token = issuer.token(key, kid=key_id, alg=algorithm)

    assert "not one of its key's" in refusal(verifier, token)


def test_a_symmetric_key_of_the_issuer_is_never_used(
    issuer: KeyServer, verifier: TokenVerifier
) -> None:
    issuer.keys.append({"kty": "oct", "k": "c2VjcmV0", "kid": "shared", "use": "sig"})
    issuer.keys.append(public_jwk(rsa_key("first"), "for-encryption") | {"use": "enc"})

    for key_id in ("shared", "for-encryption"):
        assert "does not have" in refusal(verifier, issuer.token(kid=key_id))


def test_a_token_that_names_no_key_is_refused(issuer: KeyServer, verifier: TokenVerifier) -> None:
    claims = {"iss": issuer.url, "aud": AUDIENCE, "sub": "x", "exp": int(time.time()) + 60}
    token = jwt.encode(claims, rsa_key("first"), "RS256")

    assert "names no key" in refusal(verifier, token)


@ARBITRARILY
@given(token=st.text(max_size=200) | st.lists(st.text("ab=_-.é", max_size=9)).map(".".join))
def test_garbage_is_refused(verifier: TokenVerifier, token: str) -> None:
    refusal(verifier, token)


@ARBITRARILY
@given(header=JSON, payload=JSON, signature=st.binary(max_size=16))
def test_anything_in_the_form_of_a_token_is_refused(
    verifier: TokenVerifier, header: object, payload: object, signature: bytes
) -> None:
    tail = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()

    refusal(verifier, f"{encoded(header)}.{encoded(payload)}.{tail}")


@ARBITRARILY
@given(
    claims=st.dictionaries(
        st.sampled_from(["iss", "aud", "exp", "nbf", "iat", "oid", "sub", "roles", "scp", "name"]),
        JSON.filter(lambda value: value is not None),
        max_size=3,
    )
)
def test_odd_claims_are_refused_or_make_a_caller_and_never_crash(
    issuer: KeyServer, verifier: TokenVerifier, claims: dict[str, Any]
) -> None:
    token = signed_as_it_is(issuer, claims)
    try:
        caller = verifier.verify(token)
    except Unauthenticated:
        return
    assert isinstance(caller.subject, str)
    assert all(isinstance(role, str) for role in caller.roles)


def signed_as_it_is(issuer: KeyServer, changes: dict[str, Any]) -> str:
    """Signed by hand: the library would refuse to make most of these."""
    header, payload, _ = issuer.token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "==")) | changes
    signing_input = f"{header}.{encoded(claims)}"
    signer = jwt.api_jws.get_algorithm_by_name("RS256")
    signature = signer.sign(signing_input.encode(), rsa_key("first"))
    return f"{signing_input}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_a_header_nested_beyond_reason_is_refused(verifier: TokenVerifier) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 100_000).rstrip(b"=").decode()

    assert "not a JSON Web Token" in refusal(verifier, f"{deep}.e30.")


def encoded(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()
