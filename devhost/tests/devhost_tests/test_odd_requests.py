"""Requests that are odd rather than wrong: none is a fault of the host's."""

import pytest

from devhost_tests.raw import raw
from devhost_tests.served import Served

DURABLE = "/runtime/webhooks/durabletask"
DEEP = b"[" * 100_000


def sent(
    host: Served, method: str, target: str, *headers: bytes, body: bytes = b"", version: str = "1.1"
) -> bytes:
    lines = [
        f"{method} {target} HTTP/{version}".encode(),
        f"Host: localhost:{host.port}".encode(),
        b"Connection: close",
        *([f"Content-Length: {len(body)}".encode()] if body else []),
        *headers,
    ]
    return raw(host, b"\r\n".join(lines) + b"\r\n\r\n" + body)


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


@pytest.mark.parametrize("expected", ["é".encode(), b"\x01", b"200-ok", b"100-continue, x", b""])
@pytest.mark.parametrize(
    ("target", "usual"),
    [("/echo", 200), ("/nowhere", 404), (f"{DURABLE}/instances/none", 404), ("*", 404)],
)
def test_other_expectations_than_to_continue_are_overlooked(
    host: Served, expected: bytes, target: str, usual: int
) -> None:
    """As by the real host's web server; what is no text of a header is 400."""
    answer = sent(host, "OPTIONS" if target == "*" else "GET", target, b"Expect: " + expected)

    assert status(answer) in ({usual} if expected != b"\x01" else {usual, 400})


@pytest.mark.parametrize("target", ["/echo", f"{DURABLE}/instances/none", "*"])
def test_an_expectation_that_is_no_text_is_400(host: Served, target: str) -> None:
    assert 400 == status(sent(host, "GET", target, b"Expect: \xe9"))


def test_who_expects_to_continue_may(host: Served) -> None:
    answer = sent(host, "POST", "/size", b"Expect: 100-Continue", body=b"four")

    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_who_speaks_http_1_0_gets_an_answer_without_chunks(host: Served) -> None:
    """Proxies do by default; the real host answers them until the connection ends."""
    answer = sent(host, "GET", "/replies/plain", version="1.0")

    assert answer.startswith(b"HTTP/1.0 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nplain")
    assert b"chunked" not in answer


@pytest.mark.parametrize("encoding", [b"gzip", b"br", b"zstd", b"deflate", b"none-such"])
def test_an_encoded_body_arrives_as_it_was_sent(host: Served, encoding: bytes) -> None:
    answer = sent(host, "POST", "/echo", b"Content-Encoding: " + encoding, body=b"not packed")

    assert 200 == status(answer)
    assert b'"body": "not packed"' in answer


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("/orchestrators/chain", DEEP),
        ("/entities/counter/a?op=add", DEEP),
    ],
)
def test_json_that_is_too_deep_is_no_json(host: Served, target: str, body: bytes) -> None:
    answer = sent(host, "POST", f"{DURABLE}{target}", b"Content-Type: application/json", body=body)

    assert 400 == status(answer)


@pytest.mark.parametrize("top", ["9" * 19, "9" * 5000, "²", "-1"])
@pytest.mark.parametrize("listed", ["instances", "entities"])
def test_a_page_of_any_size_may_be_asked_for(host: Served, listed: str, top: str) -> None:
    assert 200 == host.get(f"{DURABLE}/{listed}?top={top}").status_code


@pytest.mark.parametrize("body", [DEEP, b'{"input": "\\ud800"}', b"\xff", b"9" * 5000])
def test_a_function_runs_by_hand_on_any_input(host: Served, body: bytes) -> None:
    assert 202 == status(sent(host, "POST", "/admin/functions/echo", body=body))


def test_what_is_no_http_is_one_line_on_the_console_and_400(host: Served) -> None:
    answer = raw(host, b"\x16\x03\x01 no http\r\n\r\n")
    broken = sent(host, "GET", "http://localhost:x/echo?code=a-key")

    assert {400} == {status(answer), status(broken)}
    host.printed(r"warning: Refused what is no HTTP request \(InvalidURLError\)\.")
    assert "a-key" not in host.text
