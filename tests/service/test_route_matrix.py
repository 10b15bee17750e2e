"""Every route times every token that must not open it; a new route is in here by itself."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.issuer import Issuer
from shared.api.routes import Route
from shared.domain.role import Role
from tests.service.forged_tokens import Forgery, forgeries
from tests.support.route_table import ROUTES
from tests.support.stack import WORKSPACE, Stack

# Open to everybody, on purpose: what a client asks before it has a token, and URLs that carry
# their own signature. Whoever opens another door says so here.
OPEN_DOORS = {
    *("get_metadata", "get_addresses", "read_log", "get_health"),
    # The Studio's pages and files hold nothing of anybody's; signing in is what they are for.
    *("studio", "studio_page", "studio_endpoint", "studio_below_endpoint", "studio_below_part"),
    *("studio_job", "studio_job_part", "get_docs", "studio_file", "studio_module", "studio_part"),
    *("studio_ways", "studio_begin", "studio_enter", "studio_leave"),
}
OPEN_HERE = {"get_openapi"}
"""By a setting of `./run serve`."""
GUARDED = [route for route in ROUTES if route.name not in OPEN_DOORS | OPEN_HERE]
KNOWN = {"subscription": WORKSPACE.split("/")[2], "group": "local", "workspace": "local"}


class Line:
    """One connection to the service, used again and again."""

    def __init__(self, stack: Stack) -> None:
        self.connection = HTTPConnection(urlsplit(stack.url).netloc, timeout=60)

    def send(self, route: Route, headers: Mapping[str, str]) -> tuple[int, dict[str, str], Any]:
        path = "/" + re.sub(
            r"\{(\w+)[^}]*\}", lambda m: KNOWN.get(m[1], "matrix-1"), route.template
        )
        self.connection.request(route.method, path, b"{}", dict(headers))
        answer = self.connection.getresponse()
        text = answer.read()
        names = {name.lower(): value for name, value in answer.getheaders()}
        is_json = "json" in names.get("content-type", "")
        return answer.status, names, json.loads(text) if text and is_json else text.decode()


@pytest.fixture(scope="module")
def line(stack: Stack) -> Iterator[Line]:
    made = Line(stack)
    with closing(made.connection):
        yield made


@pytest.fixture(scope="module")
def forged(stack: Stack) -> tuple[Forgery, ...]:
    return forgeries(Issuer(stack.state))


def secrets_of(forgery: Forgery) -> list[str]:
    """The parts of its tokens that make them what they are; the first part is no secret."""
    tokens = [value.removeprefix("Bearer ") for value in forgery.headers.values()]
    return [part for token in tokens for part in token.split(".")[1:] if part]


def test_the_open_doors_are_the_ones_that_are_meant() -> None:
    assert OPEN_DOORS == {route.name for route in ROUTES if route.role is None}


@pytest.mark.parametrize("route", GUARDED, ids=[route.name for route in GUARDED])
def test_no_route_opens_without_a_token_that_can_be_trusted(
    stack: Stack, line: Line, forged: tuple[Forgery, ...], route: Route
) -> None:
    for forgery in forged:
        status, headers, body = line.send(route, forgery.headers)

        assert forgery.status == status, (forgery.flaw, body)
        assert forgery.word in body["error"]["message"], forgery.flaw
        assert ". " in body["error"]["message"], "a problem and a fix"
        assert (status == 401) == (headers.get("www-authenticate") == "Bearer")
        assert not any(secret in json.dumps(body) for secret in secrets_of(forgery))
    log = stack.log.read_text()
    assert not any(secret in log for forgery in forged for secret in secrets_of(forgery))


@pytest.mark.parametrize("route", GUARDED, ids=[route.name for route in GUARDED])
def test_each_route_opens_to_its_role_and_to_no_lower_one(
    stack: Stack, line: Line, route: Route
) -> None:
    needed = route.role
    assert needed is not None
    for role in Role:
        token = stack.token(role=role.name.lower())
        status, _, body = line.send(route, {"Authorization": f"Bearer {token}"})
        if role < needed:
            assert 403 == status, body
            message = body["error"]["message"]
            assert role.name.lower() in message
            assert needed.name.lower() in message
        else:
            assert status not in {401, 403}, body
            assert status < 500, body


def test_a_browser_session_opens_what_its_token_opens(stack: Stack, line: Line) -> None:
    route = next(route for route in GUARDED if route.name == "list_subscriptions")

    status, _, body = line.send(route, {"X-MS-TOKEN-AAD-ID-TOKEN": stack.token(role="reader")})

    assert (200, "local") == (status, body["value"][0]["displayName"])
