"""No web page of elsewhere works the host: what Host, Origin and Sec-Fetch-Site may say."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devhost.http.authorities import Authority
from devhost_tests.raw import raw
from devhost_tests.served import SAMPLE_APP, Served, serve

PROXY = "batch.example"
ADDED = "studio.example:3000"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    public = {"PUBLIC_URL": f"https://{PROXY}/"}
    with serve(
        SAMPLE_APP, tmp_path_factory.mktemp("state"), "--allow-host", ADDED, env=public
    ) as served:
        yield served


def answer_to(
    host: Served, *headers: str, method: str = "GET", target: str = "/echo"
) -> tuple[int, str]:
    """Status and body; `{port}` in what is sent is the host's, and Host is as good as given."""
    lines = [line.format(port=host.port) for line in headers]
    if not any(line.lower().startswith("host:") for line in lines):
        lines.insert(0, f"Host: localhost:{host.port}")
    head = "\r\n".join([f"{method} {target.format(port=host.port)} HTTP/1.1", *lines])
    answer = raw(host, f"{head}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode())
    top, _, body = answer.partition(b"\r\n\r\n")
    return int(top.split(b" ")[1]), body.decode()


@pytest.mark.parametrize(
    "name",
    [
        "localhost:{port}",
        "LocalHost.:{port}",
        "127.0.0.1:{port}",
        "127.8.9.1:{port}",
        "[::1]:{port}",
        "[0:0:0:0:0:0:0:1]:{port}",
        "[::ffff:127.0.0.1]:{port}",
        PROXY,
        f"{PROXY}:443",
        f"{PROXY}:{{port}}",
        "STUDIO.example.:3000",
    ],
)
def test_a_name_of_this_machine_or_one_that_was_added_is_served(host: Served, name: str) -> None:
    assert 200 == answer_to(host, f"Host: {name}")[0]


@pytest.mark.parametrize(
    "name",
    [
        "evil.example",
        "evil.example:{port}",
        "localhost",
        "localhost:1",
        "localhost.evil.example:{port}",
        "127.0.0.1.evil.example:{port}",
        "0.0.0.0:{port}",
        "10.1.2.3:{port}",
        "[::2]:{port}",
        "2130706433:{port}",
        "127.1:{port}",
        f"{PROXY}:8443",
        "studio.example",
    ],
)
def test_a_foreign_name_is_refused_in_words(host: Served, name: str) -> None:
    name = name.format(port=host.port)

    status, said = answer_to(host, f"Host: {name}")

    assert 403 == status
    assert f"The host '{name}' is none that is served here." in said
    assert f"--allow-host {name}" in said


@pytest.mark.parametrize(
    "name",
    [
        "",
        "localhost:{port}@evil.example",
        "evil.example@localhost:{port}",
        "localhost:{port}/",
        "localhost:{port}, evil.example",
        "localhost%2e:{port}",
        "localhost :{port}",
        "localhost:99999",
        "localhost:{port}:{port}",
        "[::1",
        "[zz]:{port}",
        "[127.0.0.1]:{port}",
        "é:{port}",
        ".",
    ],
)
def test_what_is_no_name_at_all_is_400_in_words(host: Served, name: str) -> None:
    status, said = answer_to(host, f"Host: {name}")

    assert 400 == status
    assert "is no name or address. Send a Host header such as 'localhost:" in said


def test_a_request_without_a_host_is_400_in_words(host: Served) -> None:
    answer = raw(host, b"GET /echo HTTP/1.0\r\n\r\n")

    assert b" 400 " in answer.partition(b"\r\n")[0]
    assert b"The request has 0 Host headers." in answer


def test_the_host_inside_a_target_counts_too(host: Served) -> None:
    assert 403 == answer_to(host, target="http://evil.example/echo")[0]
    assert 400 == answer_to(host, target="http://localhost:{port}@evil.example/echo")[0]

    status, said = answer_to(host, target="http://localhost:{port}/echo?q=1")

    assert 200 == status
    assert f'"url": "http://localhost:{host.port}/echo?q=1"' in said


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:{port}",
        "http://127.0.0.1:{port}",
        "HTTP://[::1]:{port}",
        f"https://{PROXY}",
        "http://studio.example:3000",
    ],
)
def test_our_own_pages_and_added_ones_may_post(host: Served, origin: str) -> None:
    assert 200 == answer_to(host, f"Origin: {origin}", method="POST")[0]
    from_there = (f"Origin: {origin}", "Sec-Fetch-Site: cross-site")
    assert 200 == answer_to(host, *from_there, method="POST")[0]


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://evil.example:{port}",
        "http://localhost:3000",
        "https://localhost:{port}",
        "http://localhost",
        "http://localhost:{port}@evil.example",
        "http://localhost:{port}.evil.example",
        "http://localhost:{port}/",
        "http://studio.example",
        "file://",
        "null",
        "",
        "é",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_page_of_elsewhere_is_refused_in_words(host: Served, origin: str, method: str) -> None:
    status, said = answer_to(host, f"Origin: {origin}", method=method)

    assert 403 == status
    assert "may not call this host. If the page is yours, start it with --allow-host" in said


def test_one_bad_origin_among_good_ones_is_enough(host: Served) -> None:
    origins = ("Origin: http://localhost:{port}", "Origin: http://evil.example")

    assert 403 == answer_to(host, *origins, method="POST")[0]


def test_a_page_of_ours_may_hide_its_origin(host: Served) -> None:
    """As browsers do for a form of a page with the policy `no-referrer`."""
    assert 200 == answer_to(host, "Origin: null", "Sec-Fetch-Site: same-origin", method="POST")[0]
    assert 403 == answer_to(host, "Origin: null", "Sec-Fetch-Site: cross-site", method="POST")[0]


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_what_a_page_of_ours_or_the_user_asks_passes(host: Served, site: str) -> None:
    assert 200 == answer_to(host, f"Sec-Fetch-Site: {site}", "Sec-Fetch-Mode: cors")[0]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "new-word"])
def test_a_page_of_elsewhere_may_link_here_and_nothing_more(host: Served, site: str) -> None:
    from_there = f"Sec-Fetch-Site: {site}"
    link = (from_there, "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document")
    frame = (from_there, "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe")
    picture = (from_there, "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image")

    assert 200 == answer_to(host, *link)[0]
    assert 403 == answer_to(host, *link, method="POST")[0]
    assert 403 == answer_to(host, *frame)[0]
    assert 403 == answer_to(host, *picture)[0]


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/nowhere",
        "*",
        "/admin/host/status",
        "/admin/functions",
        "/runtime/webhooks/durabletask/instances",
        "/RUNTIME/webhooks/durabletask/orchestrators/chain",
    ],
)
def test_the_check_is_on_every_route(host: Served, target: str) -> None:
    method = "OPTIONS" if target == "*" else "POST"

    assert 403 == answer_to(host, "Host: evil.example", method=method, target=target)[0]
    assert 403 == answer_to(host, "Origin: http://evil.example", method=method, target=target)[0]


def test_a_refused_page_starts_nothing(host: Served) -> None:
    target = "/runtime/webhooks/durabletask/orchestrators/chain/by-a-page"

    assert 403 == answer_to(host, "Origin: http://evil.example", method="POST", target=target)[0]

    status = "/runtime/webhooks/durabletask/instances/by-a-page"
    assert 404 == answer_to(host, target=status)[0]
    host.printed("Refused POST /runtime/webhooks/durabletask/orchestrators/chain/by-a-page: A web")


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Host: evil.example", "Forwarded: host=evil.example;proto=https"]
)
def test_a_forwarded_host_is_in_no_link_that_is_handed_out(host: Served, header: str) -> None:
    """As on the real host, which knows the Host header alone."""
    start = "/runtime/webhooks/durabletask/orchestrators/chain"
    for target in ("/start/chain", start):
        status, said = answer_to(host, header, method="POST", target=target)

        assert 202 == status
        assert f'"http://localhost:{host.port}/runtime/webhooks/' in said
        assert "evil" not in said


def test_who_listens_on_every_address_answers_to_those_that_clients_connect_to(
    tmp_path: Path,
) -> None:
    """But not to 0.0.0.0, by which pages of elsewhere reach this machine too."""
    with serve(SAMPLE_APP, tmp_path, "--host", "0.0.0.0") as served:  # noqa: S104
        assert 200 == answer_to(served, "Host: 127.0.0.1:{port}")[0]
        assert 403 == answer_to(served, "Host: 0.0.0.0:{port}")[0]
        assert 403 == answer_to(served, "Host: 192.0.2.1:{port}")[0]


def test_a_name_is_parsed_once_and_compared_plainly() -> None:
    assert Authority("::1", 80) == Authority.parse("[::1]:80")
    assert Authority("a-b_c.example") == Authority.parse("A-b_C.Example.")
    assert Authority("h", 8) == Authority.of_url("https://h:8/path?query")
    assert Authority.of_url("not a url") is None
