"""How the Studio is served: its files, their headers, its session, over real HTTP."""

import gzip
import json
import re
from base64 import urlsafe_b64encode
from http.client import HTTPResponse
from os import urandom
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.json_over_http import connect
from tests.support.stack import WORKSPACE, Answer, Stack

FIRST_VIEW_LIMIT = 150_000
ME = "/studio/api/me"


def fetch(stack: Stack, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = connect(stack.url)
    try:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers=names)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def new_key() -> str:
    return urlsafe_b64encode(urandom(32)).decode().rstrip("=")


def session(stack: Stack, role: str = "contributor", **claims: Any) -> dict[str, str]:
    """The headers of a page that has signed in."""
    key = new_key()
    own = {"X-Studio": key, "Origin": stack.url}
    answer = enter(stack, {"token": stack.token(role, **claims)}, own)
    assert 200 == answer.status, answer.body
    return {**own, "Cookie": answer.headers["set-cookie"].partition(";")[0]}


def enter(stack: Stack, body: Any, headers: dict[str, str]) -> Answer:
    return stack.send("POST", "/studio/api/session", body, headers=headers, token="-")


def ask(stack: Stack, method: str, path: str, headers: dict[str, str], body: Any = None) -> Answer:
    """Without an Authorization header, as a page does."""
    connection = connect(stack.url)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, None)
    finally:
        connection.close()


@pytest.mark.parametrize(
    "path",
    [
        "/studio",
        "/studio/",
        "/studio/jobs",
        "/studio/jobs/job-1?wsid=a&tid=b",
        "/studio/jobs/a/logs",
    ],
)
def test_every_page_finds_its_files_from_where_it_is(stack: Stack, path: str) -> None:
    answer, text = fetch(stack, path)
    script = re.search(rb'src="([^"]+)/theme\.js"', text)
    assert script
    levels = urlsplit(path).path.count("/") - 1

    assert 200 == answer.status
    assert script[1].decode().startswith("../" * levels or "./")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "nosniff" == answer.headers["X-Content-Type-Options"]
    assert "no-referrer" == answer.headers["Referrer-Policy"]
    assert b"http://" not in text, "no address of its own: it may stand behind any"


@pytest.mark.parametrize(
    "path", ["/studio/nonsense", "/studio/jobs/a/b/c", "/studio/endpoints/a/b"]
)
def test_an_address_that_is_no_page_is_answered_by_the_page_that_says_so(
    stack: Stack, path: str
) -> None:
    answer, text = fetch(stack, path)

    assert 404 == answer.status
    assert b"app/main.js" in text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_files_are_kept_for_a_year_under_an_address_of_their_content(stack: Stack) -> None:
    assets = assets_of(stack)
    answer, packed = fetch(stack, f"{assets}/style.css", Accept_Encoding="gzip")
    again, nothing = fetch(stack, f"{assets}/style.css", If_None_Match=answer.headers["ETag"])
    old, _ = fetch(stack, "/studio/assets/0123456789abcdef/style.css")

    assert "immutable" in answer.headers["Cache-Control"]
    assert "gzip" == answer.headers["Content-Encoding"]
    assert gzip.decompress(packed).startswith(b"/* Tokens")
    assert (304, b"") == (again.status, nothing)
    assert 404 == old.status


@pytest.mark.parametrize("name", ["../function_app.py", "app/../../host.json", "vendor/README.md"])
def test_nothing_else_is_served(stack: Stack, name: str) -> None:
    answer, _ = fetch(stack, f"{assets_of(stack)}/{name}")

    assert answer.status in {400, 404}


def test_the_first_view_is_small(stack: Stack) -> None:
    """All that the list of jobs loads, as it is sent."""
    _, page = fetch(stack, "/studio/jobs", Accept_Encoding="gzip")
    text = gzip.decompress(page).decode()
    paths = set(re.findall(r'(?:href|src)="\.\./([^"]+)"', text))
    paths |= {f"{assets_of(stack)[1:]}/app/pages/jobs.js"}
    sizes = [len(fetch(stack, f"/{path}", Accept_Encoding="gzip")[1]) for path in paths]

    assert len(sizes) > 20
    assert sum(sizes) + len(page) < FIRST_VIEW_LIMIT


def assets_of(stack: Stack) -> str:
    _, text = fetch(stack, "/studio")
    found = re.search(rb'src="\./(studio/assets/\w+)/theme\.js"', text)
    assert found
    return f"/{found[1].decode()}"


def test_a_session_opens_the_service_for_its_page_only(stack: Stack) -> None:
    mine = session(stack)
    without_key = {name: value for name, value in mine.items() if name != "X-Studio"}

    assert 200 == ask(stack, "GET", ME, mine).status
    assert 200 == ask(stack, "GET", f"{WORKSPACE}/jobs", mine).status
    assert 401 == ask(stack, "GET", ME, without_key).status
    assert 401 == ask(stack, "GET", ME, {**mine, "X-Studio": new_key()}).status
    assert 401 == ask(stack, "GET", ME, {"X-Studio": mine["X-Studio"]}).status


def test_a_session_writes_from_its_own_origin_only(stack: Stack) -> None:
    mine = session(stack)
    path, body = f"{WORKSPACE}/batchEndpoints/of-a-session", '{"properties": {}}'
    without_origin = {name: value for name, value in mine.items() if name != "Origin"}

    assert 403 == ask(stack, "PUT", path, without_origin, body).status
    assert 403 == ask(stack, "PUT", path, {**mine, "Origin": "http://evil.example"}, body).status
    assert 201 == ask(stack, "PUT", path, mine, body).status
    assert 200 == ask(stack, "DELETE", path, mine).status


def test_a_session_has_no_more_rights_than_its_token(stack: Stack) -> None:
    reader = session(stack, "reader")

    assert 200 == ask(stack, "GET", ME, reader).status
    assert 403 == ask(stack, "PUT", f"{WORKSPACE}/batchEndpoints/x", reader, "{}").status


def test_the_cookie_is_the_browsers_secret(stack: Stack) -> None:
    token = stack.token()
    answer = enter(stack, {"token": token}, {"X-Studio": new_key(), "Origin": stack.url})
    cookie = answer.headers["set-cookie"]

    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {
        {"httponly": "HttpOnly", "samesite=strict": "SameSite=Strict", "path=/": "Path=/"}.get(
            part.strip().lower(), ""
        )
        for part in cookie.split(";")
    }
    assert "no-store" == answer.headers["cache-control"]
    assert not any(part in cookie + str(answer.body) for part in token.split(".")[1:])


@pytest.mark.parametrize("body", [{"token": "no.token.at-all"}, {"code": "made-up"}])
def test_nobody_signs_in_with_a_proof_that_is_none(stack: Stack, body: Any) -> None:
    answer = enter(stack, body, {"X-Studio": new_key(), "Origin": stack.url})

    assert 401 == answer.status
    assert "set-cookie" not in answer.headers


def test_a_page_of_elsewhere_signs_nobody_in(stack: Stack) -> None:
    answer = enter(stack, {"token": stack.token()}, {"X-Studio": new_key()})

    assert (403, None) == (answer.status, answer.headers.get("set-cookie"))


def test_what_a_page_has_is_not_sent_again(stack: Stack) -> None:
    mine = session(stack)
    first = ask(stack, "GET", "/studio/api/jobs", mine)
    again = ask(stack, "GET", "/studio/api/jobs", {**mine, "If-None-Match": first.headers["etag"]})

    assert 304 == again.status


def test_a_page_is_answered_packed_and_other_clients_are_not(stack: Stack, endpoint: str) -> None:
    path = f"{WORKSPACE}/batchEndpoints/{endpoint}/deployments"
    takes = {"Accept-Encoding": "gzip"}
    answer, data = fetch(stack, path, **session(stack), **takes)
    other, plain = fetch(stack, path, Authorization=f"Bearer {stack.token()}", **takes)

    assert ("gzip", None) == (answer.headers["Content-Encoding"], other.headers["Content-Encoding"])
    assert json.loads(gzip.decompress(data)) == json.loads(plain)
    assert 2 * len(data) < len(plain)


def test_the_openapi_document_needs_no_token_on_this_machine(stack: Stack) -> None:
    answer, text = fetch(stack, "/openapi.json")

    assert 200 == answer.status
    assert b'"openapi": "3.1.0"' in text
