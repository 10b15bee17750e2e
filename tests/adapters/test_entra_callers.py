"""Whose tokens are trusted, and what a caller may do: issuers, tenant, assignments, kinds."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.adapters.entra import TokenVerifier, Trust
from shared.domain.errors import ServiceUnavailable, Unauthenticated
from tests.adapters.issuer import AUDIENCE, KeyServer, public_jwk, rsa_key


@pytest.fixture
def issuer() -> Iterator[KeyServer]:
    with KeyServer([public_jwk(rsa_key("first"), "first")]) as running:
        yield running


def verifier(issuer: KeyServer, **more: Any) -> TokenVerifier:
    return TokenVerifier(Trust([issuer.url], [AUDIENCE], f"{issuer.url}/keys", **more))


def test_two_issuers_may_share_their_keys(issuer: KeyServer) -> None:
    """Entra's v1 and v2 tokens of one tenant."""
    both = ("https://sts.example/t/", "https://login.example/t/v2.0")
    trusting = TokenVerifier(Trust(both, [AUDIENCE], f"{issuer.url}/keys"))

    for name in both:
        assert "subject-1" == trusting.verify(issuer.token(iss=name)).subject
    with pytest.raises(Unauthenticated, match=r"of issuer 'https://sts\.example/t'") as refused:
        trusting.verify(issuer.token(iss="https://sts.example/t"))
    assert all(name in refused.value.fix for name in both)


def test_each_issuer_is_believed_with_its_own_keys_only(issuer: KeyServer) -> None:
    with KeyServer([public_jwk(rsa_key("second"), "second")]) as other:
        trusting = TokenVerifier(Trust([issuer.url, other.url], [AUDIENCE]))

        assert trusting.verify(issuer.token())
        assert trusting.verify(other.token(rsa_key("second"), kid="second"))
        with pytest.raises(Unauthenticated, match="does not have"):
            trusting.verify(issuer.token(rsa_key("second"), kid="second"))


def test_keys_are_never_fetched_from_where_an_untrusted_token_says(issuer: KeyServer) -> None:
    with KeyServer([public_jwk(rsa_key("first"), "first")]) as stranger:
        with pytest.raises(Unauthenticated, match="of issuer"):
            verifier(issuer).verify(stranger.token())

        assert [] == stranger.requests == issuer.requests


def test_without_an_issuer_nobody_is_trusted_and_the_setting_is_named(issuer: KeyServer) -> None:
    with pytest.raises(ServiceUnavailable, match="AUTH_ISSUER"):
        TokenVerifier(Trust([], [AUDIENCE])).verify(issuer.token())


@pytest.mark.parametrize("tenant", ["tenant-2", None, 7, ["tenant-1"]])
def test_a_token_of_another_tenant_is_refused(issuer: KeyServer, tenant: object) -> None:
    with pytest.raises(Unauthenticated, match="only 'tenant-1' is trusted"):
        verifier(issuer, tenant="tenant-1").verify(issuer.token(tid=tenant))


def test_the_own_tenant_is_trusted_in_any_case(issuer: KeyServer) -> None:
    assert verifier(issuer, tenant="TENANT-1").verify(issuer.token())
    assert verifier(issuer).verify(issuer.token(tid="any"))


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        ({"oid": "User-1"}, {"reader"}),
        ({"groups": ["other", "group-1"]}, {"contributor"}),
        ({"groups": "group-1"}, {"contributor"}),
        ({"oid": "user-1", "groups": ["group-1", 7]}, {"reader", "contributor"}),
        ({"oid": "user-1", "roles": ["invoker"]}, {"reader", "invoker"}),
        ({"idtyp": "app", "appid": "app-1"}, {"invoker"}),
        ({"name": None, "azp": "app-1"}, {"invoker"}),
        ({"groups": {"group-1": 1}}, set()),
        ({"name": "group-1", "tid": "group-1"}, set()),
        ({}, set()),
    ],
)
def test_roles_are_assigned_to_users_groups_and_applications(
    issuer: KeyServer, claims: dict[str, Any], roles: set[str]
) -> None:
    assigned = {"user-1": "reader", "group-1": "contributor", "app-1": "invoker"}

    caller = verifier(issuer, assignments=assigned).verify(issuer.token(**{"roles": None} | claims))

    assert roles == caller.roles


def test_a_clients_role_is_not_that_of_everybody_who_signs_in_with_it(issuer: KeyServer) -> None:
    token = issuer.token(roles=None, appid="app-1", azp="app-1", scp="user_impersonation")

    caller = verifier(issuer, assignments={"app-1": "contributor"}).verify(token)

    assert {"user_impersonation"} == caller.roles


@pytest.mark.parametrize(
    ("claims", "kind", "name"),
    [
        ({}, "User", "Ada"),
        ({"name": None, "upn": "ada@x"}, "User", "ada@x"),
        ({"name": None, "scp": "reader"}, "User", "subject-1"),
        ({"idtyp": "user", "name": None}, "User", "subject-1"),
        ({"name": None, "appid": "app-1"}, "Application", "app-1"),
        ({"name": None, "azp": "app-1"}, "Application", "app-1"),
        ({"idtyp": "app", "name": None, "app_displayname": "Nightly"}, "Application", "Nightly"),
        ({"idtyp": "app"}, "Application", "Ada"),
    ],
)
def test_documents_remember_who_it_was_and_of_which_kind(
    issuer: KeyServer, claims: dict[str, Any], kind: str, name: str
) -> None:
    author = verifier(issuer).verify(issuer.token(**claims)).author

    assert (kind, name) == (author.type, author.name)
