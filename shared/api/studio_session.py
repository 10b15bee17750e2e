"""The Studio's session: a bearer token in a cookie that only the page which signed in can use.

A cookie alone proves nothing: other sites make browsers send it, and other services of the same
machine are sent it, whatever their port. So the token in it is encrypted, with a key that the page
made and keeps in its origin's own storage; the page sends the key with each request, in a header
that no other site can set. Neither half is of use without the other, and the service keeps nothing.
"""

import hashlib
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterator, Mapping
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.api.auth import SESSION_HEADERS
from shared.domain.errors import Forbidden, InvalidRequest, Unauthenticated

HEADER = "x-studio"
"""Bears the page's half: 32 random bytes, in URL-safe Base64."""
SESSION, FLOW = "studio", "studio_flow"
"""What a cookie is for: a session; a sign-in on its way through Entra ID."""
READING = frozenset({"GET", "HEAD"})
NONCE_BYTES = 12
LONGEST_COOKIE = 3800
"""Browsers keep 4,096 characters of a cookie, its name and attributes among them."""
MOST_COOKIES = 4
LONGEST_TOKEN = 32_000

_KEY = re.compile(r"[A-Za-z0-9_-]{43}")


def session_headers(
    method: str, headers: Mapping[str, str], origins: Collection[str]
) -> Mapping[str, str]:
    """The headers, with the session's token in place of an Authorization that is not there.

    Raises Unauthenticated without a session, and Forbidden for a write of another page than ours:
    `origins` are our own. The session may be that of App Service authentication, whose tokens are
    in headers: browsers send its cookie for any page, so its writes are held against that, too.
    """
    if headers.get("authorization", "").strip():
        return headers
    is_of_front = any(headers.get(name) for name in SESSION_HEADERS)
    is_of_page = HEADER in headers
    if method not in READING and (is_of_page or (is_of_front and "origin" in headers)):
        check_origin(headers, origins)
    cookies = headers.get("cookie", "")
    if not is_of_page or (is_of_front and _name(page_key(headers)) not in cookies):
        return headers
    return {**headers, "authorization": f"Bearer {opened(page_key(headers), cookies)}"}


def check_origin(headers: Mapping[str, str], origins: Collection[str]) -> None:
    """Raise Forbidden unless the request is of a page of ours."""
    origin = headers.get("origin", "")
    if origin not in origins:
        raise Forbidden(
            f"A page of '{origin[:100]}' may not change anything here.",
            fix=f"Open the Studio at {' or '.join(sorted(origins))}, or send a bearer token; "
            "behind a gateway PUBLIC_URL must be the address that browsers show.",
            target="Origin",
        )


def page_key(headers: Mapping[str, str]) -> str:
    """The page's half; raises InvalidRequest for what is none."""
    key = headers.get(HEADER, "")
    if not _KEY.fullmatch(key):
        raise InvalidRequest(
            f"The header X-Studio has {len(key)} characters, which are no key.",
            fix="Send 32 random bytes in URL-safe Base64, the same ones as at the sign-in.",
            target="X-Studio",
        )
    return key


def sealed(key: str, token: str, purpose: str = SESSION) -> Iterator[tuple[str, str]]:
    """The cookies, name and value, that hold the token for who has the key."""
    if len(token) > LONGEST_TOKEN:
        raise _too_long(token)
    nonce, name = token_bytes(NONCE_BYTES), _name(key, purpose)
    secret = nonce + _cipher(key).encrypt(nonce, zlib.compress(token.encode()), name.encode())
    text = urlsafe_b64encode(secret).decode().rstrip("=")
    parts = [text[at : at + LONGEST_COOKIE] for at in range(0, len(text), LONGEST_COOKIE)]
    if len(parts) > MOST_COOKIES:
        raise _too_long(token)
    for number, part in enumerate(parts):
        yield f"{name}_{number}", part


def cookies_of(key: str, purpose: str = SESSION) -> Iterator[str]:
    """The names of all cookies that a session with this key may have."""
    return (f"{_name(key, purpose)}_{number}" for number in range(MOST_COOKIES))


def opened(key: str, cookies: str, purpose: str = SESSION) -> str:
    """The token in a Cookie header; raises Unauthenticated."""
    pairs = [pair.strip().partition("=") for pair in cookies.split(";")]
    held = {name: value for name, _, value in pairs}
    text = "".join(held.get(name, "") for name in cookies_of(key, purpose))
    try:
        secret = urlsafe_b64decode(text.encode() + b"==")
        nonce, rest = secret[:NONCE_BYTES], secret[NONCE_BYTES:]
        packed = _cipher(key).decrypt(nonce, rest, _name(key, purpose).encode())
        return zlib.decompress(packed).decode()
    except (ValueError, InvalidTag, zlib.error):
        raise Unauthenticated(
            "This page is not signed in, or its session has ended.",
            fix="Sign in again.",
            target="X-Studio",
        ) from None


def _cipher(key: str) -> AESGCM:
    return AESGCM(urlsafe_b64decode(f"{key}="))


def _name(key: str, purpose: str = SESSION) -> str:
    """Of this session alone: services on other ports of the machine share the browser's cookies."""
    return f"{purpose}_{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _too_long(token: str) -> InvalidRequest:
    return InvalidRequest(
        f"The bearer token has {len(token)} characters, more than a browser's cookies hold.",
        fix="Use app roles instead of the groups claim: docs/studio.md.",
        target="token",
    )
