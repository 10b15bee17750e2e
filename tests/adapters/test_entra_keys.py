"""The issuer's keys: when they are fetched, trusted and forgotten."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.adapters.entra import TokenVerifier, Trust
from shared.adapters.entra_keys import FIRST_PAUSE_S, FRESH_S, PAUSE_S, TRUSTED_S
from shared.domain.errors import ServiceUnavailable
from tests.adapters.issuer import AUDIENCE, KeyServer, public_jwk, rsa_key
from tests.adapters.tokens import Clock, refusal


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
