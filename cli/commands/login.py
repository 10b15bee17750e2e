"""`login`, `logout`: who talks to which service."""

import sys
from dataclasses import replace

from knack.log import get_logger

from cli.answers import JSON
from cli.connection.connect import connect_to
from cli.connection.service import Service
from cli.connection.service_address import find_address, named_url
from cli.connection.sign_in import SignIn, Way, forget_sign_in, write_sign_in
from cli.connection.tokens import claims
from cli.context import Context
from cli.errors import UsageError
from cli.views.account import accounts_view

FLAGS = {way: f"--{way}" for way in Way} | {Way.DEVICE_CODE: "--use-device-code"}

log = get_logger(__name__)


def login(
    context: Context,
    *,
    use_device_code: bool = False,
    service_principal: bool = False,
    identity: bool = False,
    token: str = "",
    username: str = "",
    password: str = "",
    tenant: str = "",
    allow_no_subscriptions: bool = False,
    scope: str = "",
) -> JSON:
    """The subscriptions, as az answers; saved once the service took the token."""
    del allow_no_subscriptions, scope  # az's, and without a meaning here
    address = find_address(context.folder, context.option("url"))
    wanted = named_url(context.folder, context.option("url"))
    way = _way(
        device_code=use_device_code, principal=service_principal, identity=identity, token=token
    )
    draft = SignIn(way, wanted and address.url, tenant, username)
    sign_in = _complete(draft, token, password)
    service = connect_to(address, sign_in, context)
    service.tokens.renew()
    accounts = _accounts(service)
    write_sign_in(context.folder, sign_in)
    log.warning("Signed in to %s.", address.url)
    return accounts


def logout(context: Context, username: str = "") -> None:
    """`username` is az's: one is signed in at a time."""
    del username
    if not forget_sign_in(context.folder):
        log.warning("Nobody was signed in.")


def _way(*, device_code: bool, principal: bool, identity: bool, token: str) -> Way:
    ways = [
        (Way.DEVICE_CODE, device_code),
        (Way.SERVICE_PRINCIPAL, principal),
        (Way.IDENTITY, identity),
        (Way.TOKEN, bool(token)),
    ]
    chosen = [way for way, is_chosen in ways if is_chosen]
    if len(chosen) > 1:
        raise UsageError(
            f"There are two ways to sign in: {FLAGS[chosen[0]]} and {FLAGS[chosen[1]]}.",
            fix="Choose one.",
        )
    return chosen[0] if chosen else Way.USUAL


def _complete(draft: SignIn, token: str, password: str) -> SignIn:
    """With what only this way of signing in has."""
    if draft.way is Way.TOKEN:
        return replace(draft, secret=_read_token(token))
    if draft.way is Way.SERVICE_PRINCIPAL:
        _require(draft, "service-principal")
        return replace(draft, secret=password or _ask_password())
    if draft.way is Way.DEVICE_CODE:
        from cli.connection.azure_credentials import (  # noqa: PLC0415  # slow to import
            sign_in_by_device_code,
        )

        return sign_in_by_device_code(draft, log.warning)
    return draft


def _require(draft: SignIn, way: str) -> None:
    for flag, value in (("--username", draft.client_id), ("--tenant", draft.tenant)):
        if not value:
            raise UsageError(
                f"--{way} needs {flag}.", fix="Write --username APP_ID --tenant TENANT_ID."
            )


def _ask_password() -> str:
    if not sys.stdin.isatty():
        raise UsageError(
            "--service-principal needs --password, as there is nobody to ask.",
            fix="Write --password SECRET.",
        )
    from knack.prompting import prompt_pass  # noqa: PLC0415  # seldom needed

    return str(prompt_pass("Password: "))


def _read_token(token: str) -> str:
    """The token itself; '-': it is on stdin, and `@FILE` was read by the framework."""
    text = (sys.stdin.read() if token == "-" else token).strip()  # noqa: S105  # a dash
    if not claims(text):
        raise UsageError(
            "What --token has is no token (a JSON Web Token).",
            fix="Write --token TOKEN, @FILE for a file that is there, or '-' for standard input.",
        )
    return text


def _accounts(service: Service) -> JSON:
    return accounts_view(list(service.pages("/subscriptions")), service.tokens.token())
