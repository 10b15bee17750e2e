"""The Studio's session: a cookie and a key, of which neither is of use alone."""

from base64 import urlsafe_b64encode
from http.cookies import SimpleCookie
from os import urandom

import pytest

from shared.api.studio_session import (
    LONGEST_COOKIE,
    LONGEST_TOKEN,
    check_origin,
    cookies_of,
    opened,
    page_key,
    sealed,
    session_headers,
)
from shared.domain.errors import Forbidden, InvalidRequest, Unauthenticated

KEY = urlsafe_b64encode(b"k" * 32).decode().rstrip("=")
OTHER = urlsafe_b64encode(b"o" * 32).decode().rstrip("=")
OURS = {"http://127.0.0.1:7071"}


def cookie(token: str, key: str = KEY) -> str:
    return "; ".join(f"{name}={value}" for name, value in sealed(key, token))


def test_who_has_both_halves_has_the_token() -> None:
    held = session_headers("GET", {"x-studio": KEY, "cookie": f"a=b; {cookie('token')}"}, OURS)

    assert "Bearer token" == held["authorization"]


def test_a_key_alone_opens_nothing() -> None:
    for given in ("", "a=b", cookie("token", OTHER)):
        with pytest.raises(Unauthenticated, match=r"not signed in.*Sign in again"):
            opened(KEY, given)


def test_a_cookie_alone_opens_nothing() -> None:
    headers = {"cookie": cookie("token")}

    assert headers is session_headers("GET", headers, OURS)


def test_a_cookie_that_was_changed_or_of_another_session_opens_nothing() -> None:
    name, value = next(sealed(KEY, "token"))
    theirs = next(value for _, value in sealed(OTHER, "token"))

    for broken in (f"{value[:-2]}AA", value[4:], theirs, "%", "x"):
        with pytest.raises(Unauthenticated):
            opened(KEY, f"{name}={broken}")


def test_the_cookie_shows_nothing_of_the_token() -> None:
    assert "secret-token" not in cookie("secret-token")
    assert cookie("token") != cookie("token"), "a new nonce each time"


def test_a_long_token_goes_into_several_cookies() -> None:
    """Tokens with many groups are longer than one cookie may be."""
    token = urlsafe_b64encode(bytes(at * 7919 % 251 for at in range(7_000))).decode()
    pairs = list(sealed(KEY, token))
    noise = urlsafe_b64encode(urandom(6_000)).decode()

    assert token == opened(KEY, "; ".join(f"{name}={value}" for name, value in pairs))
    several = list(sealed(KEY, noise))
    assert len(several) > 1
    assert all(len(value) <= LONGEST_COOKIE for _, value in several)
    assert {name for name, _ in several} <= set(cookies_of(KEY))
    assert noise == opened(KEY, "; ".join(f"{name}={value}" for name, value in several))


def test_a_token_that_no_browser_holds_is_refused_with_what_to_do() -> None:
    with pytest.raises(InvalidRequest, match="app roles"):
        list(sealed(KEY, "x" * (LONGEST_TOKEN + 1)))


@pytest.mark.parametrize("key", ["", "short", f"{KEY}A", "ü" * 43])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(InvalidRequest, match="X-Studio"):
        page_key({"x-studio": key})


@pytest.mark.parametrize("origin", ["", "null", "http://evil.example", "http://127.0.0.1:8888"])
def test_a_page_of_elsewhere_may_write_nothing(origin: str) -> None:
    """Not even one of this machine: its cookies are the same whatever the port."""
    headers = {"x-studio": KEY, "cookie": cookie("token"), "origin": origin}

    with pytest.raises(Forbidden, match="may not change anything"):
        session_headers("POST", headers, OURS)
    check_origin({"origin": "http://127.0.0.1:7071"}, OURS)


def test_an_authorization_header_goes_first() -> None:
    headers = {"x-studio": KEY, "authorization": "Bearer mine", "cookie": cookie("token")}

    assert "Bearer mine" == session_headers("POST", headers, OURS)["authorization"]


def test_the_cookies_are_ones_that_the_standard_library_takes() -> None:
    """The real host's worker reads Set-Cookie headers with it."""
    name, value = next(sealed(KEY, "token"))
    read = SimpleCookie(f"{name}={value}; Path=/; HttpOnly; SameSite=Strict")

    assert value == read[name].value
    assert "Strict" == read[name]["samesite"]
