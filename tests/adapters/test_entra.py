import base64
import json
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.entra import TokenVerifier, Trust
from shared.adapters.entra_keys import FIRST_PAUSE_S, FRESH_S, PAUSE_S, TRUSTED_S
from shared.domain.caller import Caller
from shared.domain.errors import ServiceUnavailable, Unauthenticated
from tests.adapters.issuer import AUDIENCE, KeyServer, ec_key, public_jwk, rsa_key

ARBITRARILY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Iterator[KeyServer]:
    keys = [
        public_jwk(rsa_key("first"), "first"),
        public_jwk(rsa_key("second"), "second", alg="PS256"),
        public_jwk(ec_key("curve"), "curve"),
    ]
    with KeyServer(keys) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def verifier(issuer: KeyServer, clock: Clock) -> TokenVerifier:
    trust = Trust([issuer.url], [AUDIENCE, "api://batch"], f"{issuer.url}/keys")
    return TokenVerifier(trust, clock=clock)


def refusal(verifier: TokenVerifier, token: str) -> str:
    """The refusal's problem; no refusal repeats the token, and each names the way out."""
    with pytest.raises(Unauthenticated) as refused:
        verifier.verify(token)
    told = "".join(traceback.format_exception(refused.value))
    assert len(token) < 40 or token not in told
    assert AUDIENCE in refused.value.fix
    assert "Authorization" == refused.value.target
    return refused.value.problem


def test_a_good_token_says_who_is_calling(issuer: KeyServer, verifier: TokenVerifier) -> None:
    caller = verifier.verify(issuer.token())

    assert Caller("subject-1", "Ada", frozenset({"invoker"}), "tenant-1") == caller


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_both_rsa_signatures_are_taken(
    issuer: KeyServer, verifier: TokenVerifier, algorithm: str
) -> None:
    assert verifier.verify(issuer.token(alg=algorithm))


def test_an_elliptic_curve_signature_is_taken(issuer: KeyServer, verifier: TokenVerifier) -> None:
    assert verifier.verify(issuer.token(ec_key("curve"), kid="curve", alg="ES256"))


@pytest.mark.parametrize(
    "audience", [AUDIENCE, f"{AUDIENCE}/", "api://batch", ["api://other", "api://batch"]]
)
def test_any_audience_of_the_list_will_do_and_a_trailing_slash_is_no_difference(
    issuer: KeyServer, verifier: TokenVerifier, audience: object
) -> None:
    assert verifier.verify(issuer.token(aud=audience))


@pytest.mark.parametrize("audience", ["https://management.azure.com", f"{AUDIENCE}.evil", "/"])
def test_another_audience_is_refused_by_name(
    issuer: KeyServer, verifier: TokenVerifier, audience: object
) -> None:
    problem = refusal(verifier, issuer.token(aud=audience))

    assert f"audience '{audience}'" in problem


def test_an_expired_token_is_refused_with_the_time(
    issuer: KeyServer, verifier: TokenVerifier
) -> None:
    problem = refusal(verifier, issuer.token(exp=1_700_000_000))

    assert "expired at 2023-11-14T22:13:20Z" in problem


def test_clocks_may_disagree_by_a_few_seconds_and_not_by_more(
    issuer: KeyServer, verifier: TokenVerifier
) -> None:
    now = int(time.time())

    assert verifier.verify(issuer.token(exp=now - 1))
    assert verifier.verify(issuer.token(nbf=now + 2, iat=now + 2))
    assert "expired" in refusal(verifier, issuer.token(exp=now - 10))
    assert "not valid before" in refusal(verifier, issuer.token(nbf=now + 60))
    assert "not valid before" in refusal(verifier, issuer.token(nbf=None, iat=now + 60))


@pytest.mark.parametrize("audience", ["", []])
def test_an_empty_audience_is_none(
    issuer: KeyServer, verifier: TokenVerifier, audience: object
) -> None:
    assert "no claim 'aud'" in refusal(verifier, issuer.token(aud=audience))


@pytest.mark.parametrize("claim", ["exp", "iss", "aud"])
def test_a_token_without_a_required_claim_is_refused(
    issuer: KeyServer, verifier: TokenVerifier, claim: str
) -> None:
    assert f"no claim '{claim}'" in refusal(verifier, issuer.token(**{claim: None}))


def test_a_token_without_a_subject_is_refused(issuer: KeyServer, verifier: TokenVerifier) -> None:
    assert "names no subject" in refusal(verifier, issuer.token(oid=None))
    assert "subject-2" == verifier.verify(issuer.token(oid=None, sub="subject-2")).subject


@pytest.mark.parametrize("end", ["/", "x", "/v2.0"])
def test_the_issuer_is_compared_exactly(
    issuer: KeyServer, verifier: TokenVerifier, end: str
) -> None:
    problem = refusal(verifier, issuer.token(iss=f"{issuer.url}{end}"))

    assert f"of issuer '{issuer.url}{end}'" in problem


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


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"roles": ["reader", "invoker"]}, {"reader", "invoker"}),
        ({"roles": "reader"}, {"reader"}),
        ({"roles": None, "scp": "invoker reader"}, {"invoker", "reader"}),
        ({"roles": ["reader"], "scp": "invoker"}, {"reader", "invoker"}),
        ({"roles": [1, {"a": 1}, "reader"]}, {"reader"}),
        ({"roles": {"contributor": 1}}, set()),
        ({"roles": None}, set()),
    ],
)
def test_roles_are_app_roles_and_scopes(
    issuer: KeyServer, verifier: TokenVerifier, claims: dict[str, Any], expected: set[str]
) -> None:
    assert expected == verifier.verify(issuer.token(**claims)).roles


def test_the_keys_are_fetched_once(issuer: KeyServer, verifier: TokenVerifier) -> None:
    for _ in range(5):
        verifier.verify(issuer.token())

    assert ["/keys"] == issuer.requests


def test_many_threads_at_once_fetch_once(issuer: KeyServer, verifier: TokenVerifier) -> None:
    token = issuer.token()
    with ThreadPoolExecutor(8) as threads:
        callers = set(threads.map(verifier.verify, [token] * 32))

    assert 1 == len(callers)
    assert ["/keys"] == issuer.requests


def test_without_a_keys_url_the_discovery_document_names_it(issuer: KeyServer) -> None:
    assert TokenVerifier(Trust([issuer.url], [AUDIENCE])).verify(issuer.token())
    assert ["/.well-known/openid-configuration", "/keys"] == issuer.requests


def test_a_new_key_is_found_and_a_withdrawn_one_is_forgotten(
    issuer: KeyServer, verifier: TokenVerifier, clock: Clock
) -> None:
    verifier.verify(issuer.token())
    issuer.keys = [public_jwk(rsa_key("rolled over"), "next")]
    clock.now += PAUSE_S

    assert verifier.verify(issuer.token(rsa_key("rolled over"), kid="next"))
    assert "does not have" in refusal(verifier, issuer.token())


def test_a_withdrawn_key_is_forgotten_once_the_keys_are_stale(
    issuer: KeyServer, verifier: TokenVerifier, clock: Clock
) -> None:
    verifier.verify(issuer.token())
    issuer.keys = [public_jwk(rsa_key("rolled over"), "next")]
    clock.now += FRESH_S + 1

    assert "does not have" in refusal(verifier, issuer.token())


def test_made_up_key_ids_do_not_hammer_the_issuer(
    issuer: KeyServer, verifier: TokenVerifier, clock: Clock
) -> None:
    for index in range(50):
        assert "does not have" in refusal(verifier, issuer.token(kid=f"made-up-{index}"))
    assert 1 == len(issuer.requests)

    clock.now += PAUSE_S
    for index in range(50):
        assert "does not have" in refusal(verifier, issuer.token(kid=f"made-up-{index}"))
    assert 2 == len(issuer.requests)


def test_known_keys_serve_while_the_issuer_is_away_but_not_for_ever(
    issuer: KeyServer, verifier: TokenVerifier, clock: Clock
) -> None:
    verifier.verify(issuer.token())
    issuer.is_broken = True

    clock.now += TRUSTED_S - 1
    assert verifier.verify(issuer.token())
    clock.now += 2
    with pytest.raises(ServiceUnavailable, match="cannot be fetched"):
        verifier.verify(issuer.token())


def test_an_issuer_that_never_answered_is_unavailable_until_it_does(
    issuer: KeyServer, verifier: TokenVerifier, clock: Clock
) -> None:
    issuer.is_broken = True
    for _ in range(20):
        with pytest.raises(ServiceUnavailable, match="cannot be fetched"):
            verifier.verify(issuer.token())
    assert 1 == len(issuer.requests)

    issuer.is_broken = False
    clock.now += FIRST_PAUSE_S
    assert verifier.verify(issuer.token())


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/keys", "no-url", ""])
def test_an_issuer_that_cannot_be_reached_is_unavailable(issuer: KeyServer, url: str) -> None:
    verifier = TokenVerifier(Trust(["http://127.0.0.1:1"], [AUDIENCE], url))

    with pytest.raises(ServiceUnavailable, match=r"127\.0\.0\.1:1"):
        verifier.verify(issuer.token(iss="http://127.0.0.1:1"))


def test_a_key_that_makes_no_sense_does_not_hide_the_others(
    issuer: KeyServer, verifier: TokenVerifier
) -> None:
    issuer.keys.insert(0, {"kty": "EC", "kid": "odd", "crv": "P-0", "x": 1})

    assert verifier.verify(issuer.token())


@pytest.mark.parametrize("keys", [[], [{}], ["x"], [{"kty": "RSA", "kid": "first", "n": "!"}]])
def test_keys_that_make_no_sense_are_no_keys(
    issuer: KeyServer, verifier: TokenVerifier, keys: list[Any]
) -> None:
    issuer.keys = keys

    with pytest.raises(ServiceUnavailable):
        verifier.verify(issuer.token())


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
