"""Signing in by Entra ID: what the browser is sent with, and what its answer is redeemed with."""

import json
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.adapters.entra_sign_in import EntraApplication, EntraSignIn
from shared.domain.errors import InvalidRequest, Unauthenticated
from shared.implementations import choose_entra
from shared.settings import Settings

TENANT = "https://login.microsoftonline.com/tenant-1"
BACK = "https://batch.example/studio/sign-in"
APPLICATION = EntraApplication("app-1", "a-secret", TENANT, "https://ml.azure.com/.default")


@dataclass
class Reply:
    text: str
    status_code: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def raise_for_status(self) -> None: ...


@dataclass
class Entra:
    """Answers as Entra ID does, over no wire."""

    token: Any
    posted: list[Any] = field(default_factory=list[Any])

    def get(self, url: str, **_: Any) -> Reply:
        oauth = f"{TENANT}/oauth2/v2.0"
        return Reply(
            json.dumps(
                {
                    "authorization_endpoint": f"{oauth}/authorize",
                    "token_endpoint": f"{oauth}/token",
                    "issuer": f"{TENANT}/v2.0",
                }
            )
        )

    def post(self, url: str, data: Any = None, **_: Any) -> Reply:
        self.posted.append((url, data))
        return Reply(json.dumps(self.token), 200 if "access_token" in self.token else 400)

    def close(self) -> None: ...


def begun(entra: Entra) -> tuple[dict[str, list[str]], Any]:
    to, flow = EntraSignIn(APPLICATION, entra).begin(BACK)
    assert to.startswith(f"{TENANT}/oauth2/v2.0/authorize?")
    return parse_qs(urlsplit(to).query), json.loads(json.dumps(flow))


def test_the_browser_is_sent_with_a_challenge_whose_answer_stays_here() -> None:
    query, flow = begun(Entra({}))

    assert (["S256"], [BACK], ["code"]) == (
        query["code_challenge_method"],
        query["redirect_uri"],
        query["response_type"],
    )
    assert ["fragment"] == query["response_mode"]
    assert "https://ml.azure.com/.default" in query["scope"][0].split()
    assert flow["code_verifier"] not in str(query)
    assert "a-secret" not in str((query, flow))


def test_the_code_is_redeemed_with_the_verifier_of_the_challenge() -> None:
    entra = Entra({"access_token": "the-token", "token_type": "Bearer"})
    query, flow = begun(entra)

    token = EntraSignIn(APPLICATION, entra).complete(
        flow, {"code": "c", "state": query["state"][0]}
    )

    assert "the-token" == token
    ((url, data),) = entra.posted
    assert f"{TENANT}/oauth2/v2.0/token" == url
    assert ("c", "app-1") == (data["code"], data["client_id"])
    digest = sha256(data["code_verifier"].encode()).digest()
    assert len(digest) == 32
    assert flow["code_verifier"] == data["code_verifier"]


def test_an_answer_to_another_question_signs_nobody_in() -> None:
    entra = Entra({"access_token": "the-token"})
    _, flow = begun(entra)

    with pytest.raises(Unauthenticated, match="not for the sign-in that this page began"):
        EntraSignIn(APPLICATION, entra).complete(flow, {"code": "c", "state": "forged"})
    assert [] == entra.posted


def test_a_refusal_is_told_in_its_own_words_and_without_the_secret() -> None:
    entra = Entra({"error": "invalid_client", "error_description": "AADSTS7000215: Bad.\nTrace: 1"})
    query, flow = begun(entra)

    with pytest.raises(Unauthenticated, match="AADSTS7000215: Bad") as refused:
        EntraSignIn(APPLICATION, entra).complete(flow, {"code": "c", "state": query["state"][0]})
    assert "a-secret" not in str(refused.value)


def test_without_an_application_nobody_signs_in_by_entra() -> None:
    with pytest.raises(InvalidRequest, match="STUDIO_CLIENT_ID"):
        EntraSignIn(replace(APPLICATION, client_id="")).begin(BACK)


def test_the_tenant_and_what_tokens_are_for_follow_from_the_other_settings() -> None:
    issuers = ("https://sts.windows.net/tenant-1/", f"{TENANT}/v2.0")
    chosen = choose_entra(Settings(auth_issuer=issuers, studio_client_id="app-1"))._registered

    assert (TENANT, "https://ml.azure.com/.default") == (chosen.authority, chosen.scope)
    assert choose_entra(Settings(auth_tenant="t"))._registered.authority.endswith("/t")
