"""Whether the service answers, takes the token, and lets its owner do what is needed."""

import json
import shutil
import time
from collections.abc import Iterator
from http import HTTPStatus

from cli.checks.finding import Finding, note, ok, wrong
from cli.connection.connect import connect
from cli.connection.service_address import Address, find_address
from cli.connection.sign_in import read_sign_in
from cli.connection.token_source import tokens_of
from cli.connection.tokens import claims, expires_at
from cli.connection.transport import Answer, Transport
from cli.context import Context
from cli.errors import CommandError

AUDIENCES = ("https://ml.azure.com", "https://management.azure.com")
DEPLOYS = "contributor"
FREE_BYTES = 2_000_000_000
"""An environment with its packages takes one to two GB."""


def check_service(context: Context) -> Iterator[Finding]:
    """Each check needs the one before."""
    try:
        address = find_address(context.folder, context.option("url"))
        answer = Transport(address.ca_bundle).send(
            "GET", f"{address.url}/metadata/endpoints", {"Accept": "application/json"}
        )
    except CommandError as error:
        yield _wrong("address", error)
        return
    yield _check_answer(address, answer)
    yield from _check_disk(address)
    try:
        token = tokens_of(address, read_sign_in(context.folder), context.folder).token()
    except CommandError as error:
        yield _wrong("token", error)
        return
    yield from _check_token(token)
    yield _check_access(context)


def _wrong(check: str, error: CommandError) -> Finding:
    return wrong(check, error.problem, error.fix)


def _check_answer(address: Address, answer: Answer) -> Finding:
    try:
        is_service = (
            answer.status == HTTPStatus.OK and "resourceManager" in json.loads(answer.body)[0]
        )
    except (ValueError, LookupError, TypeError):
        is_service = False
    if is_service:
        return ok("address", f"The service at {address.url} answers.")
    return wrong(
        "address",
        f"What answers at {address.url} is not the service: {answer.status}.",
        "Name its address by --url, BEP_URL or 'bep login --url'.",
    )


def _check_disk(address: Address) -> Iterator[Finding]:
    """Of a service of this machine."""
    if address.state is None:
        return
    free = shutil.disk_usage(address.state).free
    text = f"{free / 1e9:.1f} GB are free where the service keeps its data, '{address.state}'."
    if free < FREE_BYTES:
        yield wrong("disk", text, "Free some space: an environment alone may take 2 GB.")
    else:
        yield ok("disk", text)


def _check_token(token: str) -> Iterator[Finding]:
    known, expires = claims(token), expires_at(token)
    left_s = expires - time.time()
    if not known:
        yield wrong("token", "The token is no JWT.", "Sign in again: bep login.")
        return
    if left_s <= 0:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(expires))
        yield wrong("token", f"The token expired at {when}.", "Sign in again, or renew BEP_TOKEN.")
        return
    yield ok("token", f"The token is valid for {left_s / 60:.0f} minutes.")
    audience = str(known.get("aud", "")).rstrip("/")
    if audience not in AUDIENCES:
        fix = f"Get a token for {AUDIENCES[0]}, unless the service names this audience as its own."
        yield note("audience", f"The token is for '{audience}'.", fix)
    roles = known.get("roles") or []
    if roles and DEPLOYS not in roles:
        fix = "To deploy, sign in as a contributor."
        yield note("role", f"The token's role is {', '.join(roles)}.", fix)


def _check_access(context: Context) -> Finding:
    try:
        workspace = connect(context).get("")
    except CommandError as error:
        return _wrong("access", error)
    return ok("access", f"The workspace '{workspace['name']}' can be read.")
