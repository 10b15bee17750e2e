"""One-use sign-in links: the local issuer turns the code of one into a token."""

from http import HTTPStatus

import requests

from shared.domain.errors import ServiceUnavailable, Unauthenticated

TIMEOUT_S = 5.0


def redeem(links_url: str, code: str) -> str:
    """The token; raises Unauthenticated for a code that is used, expired or made up."""
    if not links_url:
        raise Unauthenticated(
            "This service has no sign-in links.", fix="Sign in another way.", target="code"
        )
    try:
        answer = requests.post(links_url, json={"code": code}, timeout=TIMEOUT_S)
    except requests.RequestException:
        raise ServiceUnavailable(
            "The issuer of the sign-in links does not answer.",
            fix="Try again in a moment.",
            target="code",
        ) from None
    if answer.status_code != HTTPStatus.OK:
        raise Unauthenticated(
            "This sign-in link was used before, or has expired.",
            fix="Make a new one, by the command that the sign-in page shows.",
            target="code",
        )
    return str(answer.json()["token"])
