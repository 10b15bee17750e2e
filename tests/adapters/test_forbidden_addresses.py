"""The corpus of addresses that lead nowhere: by inputs, by webhooks, by redirects, by names."""

import socket
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.adapters.address_guard import AddressGuard, Destination
from shared.adapters.guarded_posts import GuardedPosts
from shared.adapters.web_files import WebFiles
from shared.adapters.web_gets import WebGets
from shared.api.routes import UNBOUND
from shared.domain.asset import DataType
from shared.domain.errors import BatchError, InvalidRequest, ServiceUnavailable
from shared.outbound import PostFailed
from shared.services import Services
from tests.support.connections import refusing_connections
from tests.support.file_server import FileServer, Page, serving_files
from tests.support.forbidden_addresses import (
    DISGUISED,
    FORBIDDEN,
    NAMES,
    NEVER,
    PRIVATE,
    TRICKS,
    url_of,
)
from tests.support.requests import http_request
from tests.support.services_in_memory import services_in_memory
from triggers.datastores import put_datastore

FILE = "x/in.csv"
PUBLIC = "93.184.215.14"
LIMIT_S = 10.0


def resolve(host: str, _port: int) -> Sequence[str]:
    """Names of the corpus as it has them; all others are public."""
    return [{**NAMES, "localhost": "127.0.0.1"}.get(host, PUBLIC)]


GUARD = AddressGuard(allows_http=True, resolve=resolve)


class FirstHop(AddressGuard):
    """Takes the test's own server for a public one: what it redirects to is judged as ever."""

    def destination(self, url: str) -> Destination:
        if url.startswith("http://files.example.com:"):
            parts = urlsplit(url)
            own = ("127.0.0.1",)
            return Destination("http", "files.example.com", parts.port or 80, parts.path, own)
        return super().destination(url)


REDIRECTED = WebFiles(WebGets(FirstHop(allows_http=True, resolve=resolve)))


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """As it runs on Azure: private addresses are refused, and so is http."""
    return services_in_memory(tmp_path_factory.mktemp("scratch"), credentials_keys=("k" * 32,))[0]


@pytest.fixture(scope="module")
def trap() -> Iterator[FileServer]:
    with serving_files({f"/{FILE}": Page(b"secret")}) as server:
        yield server


def test_the_corpus_is_large_and_says_nothing_twice() -> None:
    assert len(FORBIDDEN) >= 90
    assert len(set(FORBIDDEN)) == len(FORBIDDEN)


@pytest.mark.parametrize("url", FORBIDDEN)
def test_an_input_that_leads_there_is_refused_and_nobody_connects(
    url: str, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _look_up)

    def look() -> None:
        location, _ = services.inputs.resolve(url, target="properties.input")
        services.inputs.check(location, DataType.URI_FILE, target="properties.input")

    with refusing_connections() as tried, pytest.raises(BatchError) as refused:
        look()

    assert [] == tried
    assert not isinstance(refused.value, ServiceUnavailable), "it would be tried again"
    assert "pw" not in str(refused.value)


def _look_up(host: str, port: int, **_: Any) -> list[Any]:
    return [(0, 0, 0, "", (address, port)) for address in resolve(host, port)]


@pytest.mark.parametrize("url", FORBIDDEN)
def test_a_webhook_that_leads_there_is_not_called_and_nobody_connects(url: str) -> None:
    with refusing_connections() as tried, pytest.raises(PostFailed):
        GuardedPosts(GUARD).post(url, b"{}", {}, limit_s=LIMIT_S)

    assert [] == tried


@pytest.mark.parametrize("host", [one for one in (*PRIVATE, *NEVER, *DISGUISED) if "." in one])
def test_a_datastore_has_no_account_there(host: str, services: Services) -> None:
    """Neither as the account's name nor as the cloud that it is in."""
    for account in (
        {"accountName": host},
        {"accountName": f"{host}/acc#"},
        {"accountName": f"https://{host}/acc.blob.core.windows.net"},
        {"accountName": "acc", "endpoint": host},
        {"accountName": "acc", "endpoint": f"core.windows.net@{host}"},
    ):
        properties = {"datastoreType": "AzureBlob", "containerName": "c", **account}
        with pytest.raises(InvalidRequest):
            put_datastore(
                http_request({"properties": properties}, datastore="d"), services, UNBOUND
            )


@pytest.mark.parametrize("host", [*PRIVATE, *NEVER, *DISGUISED, *NAMES])
def test_a_server_behind_any_of_these_is_not_asked_even_by_http(
    host: str, trap: FileServer
) -> None:
    """With the port of a server that is there, and would tell what it has."""
    base = url_of(host, "http", trap.port).removesuffix(f"/{FILE}")
    with refusing_connections() as tried, pytest.raises(InvalidRequest, match="not a public"):
        WebFiles(WebGets(GUARD)).read(base, FILE)

    assert [] == [*tried, *trap.asked]


@pytest.mark.parametrize("location", FORBIDDEN)
def test_a_redirect_there_is_not_followed(location: str, redirecting: FileServer) -> None:
    redirecting.pages[f"/{FILE}"] = Page(status=302, headers={"Location": _as_header(location)})
    redirecting.asked.clear()

    with pytest.raises(BatchError):
        REDIRECTED.read(f"http://files.example.com:{redirecting.port}", FILE)

    assert [f"/{FILE}"] == redirecting.asked


@pytest.fixture(scope="module")
def redirecting() -> Iterator[FileServer]:
    with serving_files({}) as server:
        yield server


def _as_header(location: str) -> str:
    """Line ends end a header: what is behind them would be another one."""
    return location.partition("\r")[0].encode().decode("latin-1")


@pytest.mark.parametrize("inner", ["127.0.0.1", "::1", "169.254.169.254", "::ffff:10.0.0.1"])
def test_a_name_that_leads_elsewhere_the_second_time_gains_nothing(inner: str) -> None:
    """DNS rebinding: only the address that was judged is called, and the next call asks anew."""
    answers = [[PUBLIC], [inner], [PUBLIC, inner]]
    guard = AddressGuard(resolve=lambda *_: answers.pop(0))
    files = WebFiles(WebGets(guard))

    with refusing_connections() as tried:
        with pytest.raises(ServiceUnavailable):
            files.read("https://files.example.com", FILE)
        assert [(PUBLIC, 443)] == tried
        for _ in range(2):
            with pytest.raises(InvalidRequest, match="not a public"):
                files.read("https://files.example.com", FILE)

    assert [(PUBLIC, 443)] == tried
    assert [] == answers


def test_what_is_public_is_called_by_both() -> None:
    """The corpus is refused for what it is, not because everything is."""
    with refusing_connections() as tried:
        with pytest.raises(PostFailed, match="did not come through"):
            GuardedPosts(GUARD).post("https://hooks.example.com/", b"", {}, limit_s=LIMIT_S)
        with pytest.raises(ServiceUnavailable):
            WebFiles(WebGets(GUARD)).read("https://files.example.com", FILE)

    assert [(PUBLIC, 443)] * 2 == tried


def test_no_trick_is_an_address_that_can_be_kept() -> None:
    for url in TRICKS:
        with pytest.raises(InvalidRequest):
            GUARD.check(url, target="properties.url")
