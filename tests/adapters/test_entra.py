"""Whom a token of the issuer lets in: signature, audience, times and roles."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.adapters.entra import TokenVerifier
from shared.domain.caller import Caller
from tests.adapters.issuer import AUDIENCE, KeyServer, ec_key
from tests.adapters.tokens import refusal


def test_a_good_token_says_who_is_calling(issuer: KeyServer, verifier: TokenVerifier) -> None:
    caller = verifier.verify(issuer.token())

    expected = Caller("subject-1", "Ada", frozenset({"invoker"}), "tenant-1")
    assert replace(expected, expires_at=caller.expires_at) == caller
    assert caller.expires_at is not None
    assert caller.expires_at > datetime.now(UTC)


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
