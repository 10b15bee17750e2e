"""Where tokens come from: the environment, the last sign-in, a local issuer, or azure-identity."""

import time
from collections.abc import Callable
from pathlib import Path

from cli.connection import tokens
from cli.connection.service_address import PROJECT, Address
from cli.connection.sign_in import TOKENS, SignIn, Way
from cli.connection.transport import Transport
from cli.errors import CommandError

type TokenSource = Callable[[str], str]
"""From a resource, such as https://ml.azure.com, to a token for it."""


def tokens_of(address: Address, sign_in: SignIn, folder: Path) -> tokens.Tokens:
    """The tokens for an address: BEP_TOKEN first, then those of the sign-in."""
    own_token = tokens.from_environment()
    if own_token:
        return tokens.Tokens(address.url, lambda: own_token, None)
    source = source_of(address, sign_in)
    return tokens.Tokens(address.url, lambda: source(tokens.RESOURCE), folder / TOKENS)


def source_of(address: Address, sign_in: SignIn) -> TokenSource:
    """Where new tokens come from. The sign-in of another address says nothing of this one."""
    is_its_own = sign_in.url in {"", address.url}
    if is_its_own and sign_in.way is Way.TOKEN:
        return _refuse_expired(sign_in)
    if is_its_own and sign_in.way is not Way.USUAL:
        from cli.connection.azure_credentials import azure_source  # noqa: PLC0415  # slow to import

        return azure_source(sign_in)
    state = address.state
    if state is not None:
        return lambda resource: tokens.from_local_issuer(state, PROJECT, resource)
    return lambda resource: _ask_azure(address, resource)


def _ask_azure(address: Address, resource: str) -> str:
    """Only for a service that answers: who mistyped an address need not hear of Azure."""
    Transport(address.ca_bundle).send("GET", f"{address.url}/metadata/endpoints", {})
    return tokens.from_azure_identity(resource)


def _refuse_expired(sign_in: SignIn) -> TokenSource:
    def token(_resource: str) -> str:
        if tokens.expires_at(sign_in.secret) > time.time():
            return sign_in.secret
        raise CommandError(
            "The token of the last sign-in has expired.",
            fix="Sign in with a new one: bep login --url URL --token TOKEN.",
        )

    return token
