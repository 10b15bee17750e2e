"""POSTs to real servers: judged addresses only, one limit for all of it, no redirect."""

import ssl
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.adapters.address_guard import AddressGuard
from shared.adapters.guarded_posts import GuardedPosts
from shared.outbound import PostAnswer, PostFailed
from tests.support.certificates import make_certificates
from tests.support.receiver import Answer, free_port, receiving

LIMIT_S = 0.5
METADATA = "http://169.254.169.254/latest/meta-data"


def posts(*addresses: str) -> GuardedPosts:
    """Of a machine of one's own; every name has these addresses."""
    return GuardedPosts(
        AddressGuard(allows_private=True, allows_http=True, resolve=lambda *_: addresses)
    )


def post(url: str, *addresses: str, limit_s: float = LIMIT_S) -> PostAnswer:
    return posts(*addresses).post(url, b"{}", {"X-Own": "1"}, limit_s=limit_s)


def test_a_post_arrives_with_its_headers_and_its_host() -> None:
    with receiving(Answer(202, {"Retry-After": "7"})) as receiver:
        url = f"http://hooks.example.com:{receiver.port}/a?b=c"
        answer = post(url, "127.0.0.1", limit_s=10)

    assert (202, "7") == (answer.status, answer.headers["retry-after"])
    sent = receiver.posts[0]
    assert ("/a?b=c", b"{}", "1") == (sent.path, sent.body, sent.headers["x-own"])
    assert f"hooks.example.com:{receiver.port}" == sent.headers["host"]


@pytest.mark.parametrize("answer", [Answer(hangs=True), Answer(drips=True)])
def test_a_server_that_hangs_or_drips_is_left_within_the_limit(answer: Answer) -> None:
    with receiving(answer) as receiver:
        started = time.monotonic()
        with pytest.raises(PostFailed, match=r"No answer within 0\.\d+ s"):
            post(receiver.url)
        assert time.monotonic() - started < 5


def test_a_name_server_that_hangs_is_left_within_the_limit() -> None:
    def resolve(_host: str, _port: int) -> Sequence[str]:
        time.sleep(2 * LIMIT_S)
        return ["127.0.0.1"]

    slow = GuardedPosts(AddressGuard(allows_private=True, resolve=resolve))
    with pytest.raises(PostFailed, match=r"name was not found within 0\.5 s"):
        slow.post("https://hooks.example.com/", b"", {}, limit_s=LIMIT_S)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    with receiving() as other, receiving(Answer(status, {"Location": other.url})) as receiver:
        answer = post(receiver.url, limit_s=10)

    assert (status, True, 1, 0) == (
        answer.status,
        answer.is_redirect,
        len(receiver.posts),
        len(other.posts),
    )


@pytest.mark.parametrize(
    ("url", "addresses", "words"),
    [
        (METADATA, (), "169.254.169.254"),
        ("http://hooks.example.com/", ("169.254.169.254",), "169.254.169.254"),
        ("http://hooks.example.com/", ("127.0.0.1", "fe80::1"), "fe80::1"),
        ("http://ada:pw@hooks.example.com/", ("127.0.0.1",), "a user or a password"),
    ],
)
def test_a_forbidden_address_is_not_called(
    url: str, addresses: tuple[str, ...], words: str
) -> None:
    with pytest.raises(PostFailed, match=words):
        post(url, *addresses)


def test_the_connection_goes_to_the_judged_address_and_nobody_looks_again() -> None:
    """The second answer of the name server would be another server."""
    with receiving() as judged:
        asked = list[str]()

        def resolve(host: str, _port: int) -> Sequence[str]:
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

        rebinding = GuardedPosts(
            AddressGuard(allows_private=True, allows_http=True, resolve=resolve)
        )
        url = f"http://hooks.example.com:{judged.port}/"
        rebinding.post(url, b"", {}, limit_s=10)
        assert (["hooks.example.com"], 1) == (asked, len(judged.posts))

        with pytest.raises(PostFailed, match="not a public address"):
            rebinding.post(url, b"", {}, limit_s=10)
        assert 1 == len(judged.posts)


def test_a_server_that_is_away_is_said_in_words() -> None:
    with pytest.raises(PostFailed, match="did not come through: Connection refused"):
        post(f"http://127.0.0.1:{free_port()}/", limit_s=10)


def test_a_name_that_the_resolver_cannot_read_is_said_in_words() -> None:
    def resolve(host: str, _port: int) -> Sequence[str]:
        raise UnicodeError(f"label of {host} empty or too long")

    strange = GuardedPosts(AddressGuard(resolve=resolve))
    with pytest.raises(PostFailed, match="name is not known"):
        strange.post("https://hooks.example.com/", b"", {}, limit_s=LIMIT_S)


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    with receiving() as receiver:
        answer = post(f"http://hooks.example.com:{receiver.port}/", "127.0.0.2", "127.0.0.1")

    assert 200 == answer.status


def test_the_certificate_must_name_the_host_whatever_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(made.server, made.server_key)

    with receiving(tls=shown) as receiver:
        assert 200 == post(receiver.url, limit_s=10).status
        with pytest.raises(PostFailed, match="Hostname mismatch"):
            post(f"https://hooks.example.com:{receiver.port}/", "127.0.0.1", limit_s=10)
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(PostFailed, match=r"issuer certificate|self-signed"):
            post(receiver.url, limit_s=10)
    assert 1 == len(receiver.posts)
