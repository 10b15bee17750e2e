"""Subscriptions and who is signed in, as az prints them."""

from datetime import UTC, datetime

from cli.answers import JSON
from cli.connection.tokens import claims, expires_at

CLOUD = "BatchEndpoints"
"""The name under which the service lists itself as a cloud."""


def accounts_view(subscriptions: list[JSON], token: str) -> list[JSON]:
    """As `az login` and `az account list` print them; the first one is the default."""
    return [
        {"cloudName": CLOUD, **_account(one, token, is_default=number == 0)}
        for number, one in enumerate(subscriptions)
    ]


def account_view(subscription: JSON, token: str) -> JSON:
    """As `az account show` prints it."""
    return {"environmentName": CLOUD, **_account(subscription, token, is_default=True)}


def token_view(token: str, subscription: str) -> JSON:
    """As `az account get-access-token` prints it: one time in local time, one in Unix time."""
    expires = int(expires_at(token))
    local = datetime.fromtimestamp(expires, UTC).astimezone().replace(tzinfo=None)
    return {
        "accessToken": token,
        "expiresOn": local.isoformat(sep=" ", timespec="microseconds"),
        "expires_on": expires,
        "subscription": subscription,
        "tenant": claims(token).get("tid", ""),
        "tokenType": "Bearer",
    }


def _account(subscription: JSON, token: str, *, is_default: bool) -> JSON:
    known = claims(token)
    return {
        "homeTenantId": known.get("tid", ""),
        "id": subscription["subscriptionId"],
        "isDefault": is_default,
        "managedByTenants": [],
        "name": subscription.get("displayName", ""),
        "state": subscription.get("state", "Enabled"),
        "tenantId": known.get("tid", ""),
        "user": _user(known),
    }


def _user(known: JSON) -> JSON:
    """A user by name, an application by its id."""
    name = known.get("preferred_username") or known.get("upn") or known.get("unique_name")
    if name:
        return {"name": name, "type": "user"}
    return {"name": known.get("appid") or known.get("azp") or "", "type": "servicePrincipal"}
