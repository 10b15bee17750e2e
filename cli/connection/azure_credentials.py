"""Tokens of Entra ID by azure-identity, beyond its usual order."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.identity import (
    AuthenticationRecord,
    ClientSecretCredential,
    DeviceCodeCredential,
    ManagedIdentityCredential,
    TokenCachePersistenceOptions,
)

from cli.connection.sign_in import SignIn, Way
from cli.errors import CommandError

CACHE = "batch-endpoints"
RESOURCE_OF_SIGN_IN = "https://ml.azure.com/.default"


def azure_source(sign_in: SignIn) -> Callable[[str], str]:
    """Makes tokens for a resource."""
    credential = _credential(sign_in)

    def token(resource: str) -> str:
        return str(_try(lambda: credential.get_token(f"{resource}/.default")).token)

    return token


def sign_in_by_device_code(sign_in: SignIn, say: Callable[[str], None]) -> SignIn:
    """Show the code, wait for the browser; the sign-in from which later tokens follow."""

    def prompt(address: str, code: str, _expires: object) -> None:
        say(f"Open {address} in a browser, and enter the code {code}.")

    credential = DeviceCodeCredential(
        **_tenant(sign_in), prompt_callback=prompt, cache_persistence_options=_cache()
    )
    record = _try(lambda: credential.authenticate(scopes=[RESOURCE_OF_SIGN_IN]))
    return replace(sign_in, record=record.serialize())


def _credential(sign_in: SignIn) -> Any:
    if sign_in.way is Way.IDENTITY:
        return ManagedIdentityCredential(client_id=sign_in.client_id or None)
    if sign_in.way is Way.SERVICE_PRINCIPAL:
        return ClientSecretCredential(sign_in.tenant, sign_in.client_id, sign_in.secret)
    return DeviceCodeCredential(
        authentication_record=AuthenticationRecord.deserialize(sign_in.record),
        cache_persistence_options=_cache(),
        disable_automatic_authentication=True,
        **_tenant(sign_in),
    )


def _tenant(sign_in: SignIn) -> dict[str, Any]:
    return {"tenant_id": sign_in.tenant} if sign_in.tenant else {}


def _cache() -> TokenCachePersistenceOptions:
    return TokenCachePersistenceOptions(name=CACHE, allow_unencrypted_storage=True)


def _try[T](act: Callable[[], T]) -> T:
    """Raises CommandError in the words of Entra ID."""
    try:
        return act()
    except (ClientAuthenticationError, AzureError, ValueError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise CommandError(
            f"Entra ID gave no token: {first}.",
            fix="Check what you signed in with (bep login --help).",
        ) from None
