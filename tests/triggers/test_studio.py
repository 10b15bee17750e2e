"""The Studio's own routes: signing in behind a gateway, the list of jobs, what was sent before."""

import dataclasses
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.api.conditional import if_changed
from shared.api.http import Request, Response
from shared.api.routes import UNBOUND
from shared.api.studio_session import opened
from shared.domain.caller import Caller
from shared.domain.errors import Forbidden, InvalidRequest, NotFound
from shared.services import Services
from tests.support.orchestrations import Orchestrations
from tests.support.requests import http_request
from tests.support.services_in_memory import services_in_memory
from tests.support.specs import a_spec
from triggers import studio_jobs, studio_sign_in

KEY = urlsafe_b64encode(b"k" * 32).decode().rstrip("=")
GATEWAY = "https://gateway.example/batch"
ONE_HOUR = timedelta(hours=1)


class AnyToken:
    """Trusts what it is given."""

    def verify(self, token: str) -> Caller:
        end = datetime.now(UTC) + ONE_HOUR
        return Caller(token, "Ada", frozenset({"invoker"}), expires_at=end)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    made = services_in_memory(Path(tmp_path_factory.mktemp("scratch")))[0]
    return dataclasses.replace(made, verifier=AnyToken())


def of_page(origin: str, body: object = None) -> Request:
    request = http_request(body, headers={"x-studio": KEY, "origin": origin})
    return dataclasses.replace(request, base_url=GATEWAY, method="POST")


def test_behind_a_gateway_the_cookie_is_the_prefixs_and_goes_over_https_only(
    services: Services,
) -> None:
    request = of_page("https://gateway.example", {"token": "ada's"})
    answer = studio_sign_in.sign_in(request, services, UNBOUND)

    (cookie,) = answer.cookies
    pair, *attributes = cookie.split("; ")
    assert {"Path=/batch", "HttpOnly", "SameSite=Strict", "Secure"} <= set(attributes)
    assert 3500 < int(attributes[-1].removeprefix("Max-Age=")) <= 3600
    assert "ada's" == opened(KEY, pair)
    assert ("Ada", "invoker") == (answer.body["name"], answer.body["role"])


@pytest.mark.parametrize("origin", ["", "http://gateway.example", "https://gateway.example.evil"])
def test_a_page_of_elsewhere_signs_nobody_in_or_out(services: Services, origin: str) -> None:
    for handler, body in ((studio_sign_in.sign_in, {"token": "t"}), (studio_sign_in.sign_out, {})):
        with pytest.raises(Forbidden, match="PUBLIC_URL"):
            handler(of_page(origin, body), services, UNBOUND)


def test_signing_out_takes_every_cookie_back(services: Services) -> None:
    answer = studio_sign_in.sign_out(of_page("https://gateway.example"), services, UNBOUND)

    assert answer.cookies
    assert all("Max-Age=0" in cookie and "Path=/batch" in cookie for cookie in answer.cookies)


@pytest.mark.parametrize("body", [{}, {"token": "a", "code": "b"}, {"token": " "}, {"odd": "x"}])
def test_a_sign_in_needs_one_proof(services: Services, body: object) -> None:
    with pytest.raises(InvalidRequest):
        studio_sign_in.sign_in(of_page("https://gateway.example", body), services, UNBOUND)


def rows(services: Services, **query: str) -> list[str]:
    hub = Orchestrations(services).client
    answer = studio_jobs.list_rows(http_request(query=query), services, hub)
    return [row["name"] for row in answer.body["value"]]


def test_rows_are_found_by_endpoint_status_and_words(services: Services) -> None:
    for name in ("nightly-wine-1", "nightly-tea-2"):
        services.jobs.create(a_spec(name))
    endpoint = a_spec("x").endpoint

    assert {"nightly-wine-1", "nightly-tea-2"} == set(rows(services))
    assert ["nightly-wine-1"] == rows(services, name="WINE nightly")
    assert [] == rows(services, status="Completed,failed")
    assert 2 == len(rows(services, status="notstarted", endpoint=endpoint))
    assert 2 == len(rows(services, status="UnderWay"))
    assert [] == rows(services, archived="true")
    with pytest.raises(InvalidRequest, match=r"'Odd' is no status.*NotStarted"):
        rows(services, status="Odd")
    with pytest.raises(NotFound):
        rows(services, endpoint="nobody")


def test_a_page_is_not_sent_what_it_has() -> None:
    page = dataclasses.replace(http_request(headers={"x-studio": KEY}), method="GET")
    first = if_changed(page, Response(200, {"a": 1}, {"ETag": '"of-the-document"'}))
    tag = first.headers["ETag"]
    again = dataclasses.replace(page, headers={"x-studio": KEY, "if-none-match": tag})

    unchanged = if_changed(again, Response(200, {"a": 1}))
    assert (304, None) == (unchanged.status, unchanged.body)
    assert 200 == if_changed(again, Response(200, {"a": 2})).status


def test_other_clients_get_the_documents_own_tag() -> None:
    answer = Response(200, {"a": 1}, {"ETag": '"of-the-document"'})
    request = dataclasses.replace(http_request(), method="GET")

    assert answer is if_changed(request, answer)
