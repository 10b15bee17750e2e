"""Authorisation: the header, the browser session behind App Service, and the role."""

import pytest

from shared.api.auth import authorise
from shared.domain.caller import Caller
from shared.domain.errors import Forbidden, Unauthenticated
from shared.domain.role import Role

ACCESS, IDENTITY = "x-ms-token-aad-access-token", "x-ms-token-aad-id-token"


class Tokens:
    """Trusts a token whose text is a role's name."""

    def verify(self, token: str) -> Caller:
        if Role.highest([token]) is None:
            raise Unauthenticated(f"Not trusted: {len(token)}.", fix="Get another.")
        return Caller(subject=token, name="", roles=frozenset({token}))


def held(headers: dict[str, str], needed: Role = Role.READER) -> str:
    return authorise(headers, needed, Tokens()).subject


def test_a_bearer_token_opens_to_its_role_and_the_lower_ones() -> None:
    assert "invoker" == held({"authorization": "bearer  invoker "}, Role.INVOKER)
    assert "invoker" == held({"authorization": "Bearer invoker"}, Role.READER)
    with pytest.raises(Forbidden, match="contributor"):
        held({"authorization": "Bearer invoker"}, Role.CONTRIBUTOR)


@pytest.mark.parametrize(
    "headers",
    [
        {ACCESS: "reader"},
        {IDENTITY: "reader"},
        {ACCESS: "of another service", IDENTITY: "reader"},
        {ACCESS: "reader", IDENTITY: "garbage"},
        {ACCESS: "", IDENTITY: "reader"},
        {"authorization": " ", IDENTITY: "reader"},
    ],
)
def test_a_browser_session_has_a_token_too(headers: dict[str, str]) -> None:
    assert "reader" == held(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {ACCESS: "garbage"},
        {ACCESS: "garbage", IDENTITY: "garbage"},
        {"x-ms-client-principal": "reader", "x-ms-client-principal-id": "reader"},
        {"authorization": "Basic reader", IDENTITY: "reader"},
        {"authorization": "Bearer", IDENTITY: "reader"},
        {"authorization": "Bearer garbage", IDENTITY: "reader"},
    ],
)
def test_what_is_not_signed_or_not_trusted_opens_nothing(headers: dict[str, str]) -> None:
    """A wrong Authorization header is not made good by a session."""
    with pytest.raises(Unauthenticated):
        held(headers)
