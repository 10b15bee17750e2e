"""Which addresses the service calls for a client, and which it never does."""

import pytest

from shared.adapters.address_guard import AddressGuard, AddressRefused
from shared.domain.errors import InvalidRequest
from tests.support.forbidden_addresses import DISGUISED, NEVER, PRIVATE, url_of

PUBLIC = ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")


def guard(*addresses: str, own_machine: bool = False) -> AddressGuard:
    return AddressGuard(
        allows_private=own_machine, allows_http=own_machine, resolve=lambda *_: addresses
    )


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_called(address: str) -> None:
    found = guard(address).destination("https://hooks.example.com:8443/a?b=c")

    assert ("hooks.example.com", 8443, "/a?b=c", (address,)) == (
        found.host,
        found.port,
        found.target,
        found.addresses,
    )
    assert (address,) == guard().destination(url_of(address)).addresses


@pytest.mark.parametrize("address", [*PRIVATE, *NEVER])
def test_an_address_that_is_not_public_is_refused_as_a_name_and_as_it_is(address: str) -> None:
    with pytest.raises(AddressRefused, match="not a public address"):
        guard(address).destination("https://hooks.example.com/")
    with pytest.raises(AddressRefused, match="not a public address"):
        guard().destination(url_of(address))
    with pytest.raises(InvalidRequest, match="not a public address") as refused:
        guard().check(url_of(address), target="properties.url")
    assert "properties.url" == refused.value.target


@pytest.mark.parametrize("address", DISGUISED)
def test_numbers_that_resolvers_read_as_addresses_are_judged_as_such(address: str) -> None:
    with pytest.raises(AddressRefused, match="not a public address"):
        guard().destination(f"https://{address}/")


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "::1", "::ffff:127.0.0.1", "fc00::1"])
def test_a_machine_of_ones_own_calls_its_network(address: str) -> None:
    assert guard(own_machine=True).destination(url_of(address)).addresses
    assert guard(address, own_machine=True).destination("http://localhost:9000/").addresses


@pytest.mark.parametrize("address", NEVER)
def test_metadata_services_are_called_from_nowhere(address: str) -> None:
    with pytest.raises(AddressRefused, match="not a public address"):
        guard(address, own_machine=True).destination("http://hooks.example.com/")
    with pytest.raises(AddressRefused, match="not a public address"):
        guard(own_machine=True).destination(url_of(address))


def test_one_bad_address_condemns_a_name() -> None:
    with pytest.raises(AddressRefused, match=r"'hooks\.example\.com' is 10\.0\.0\.1"):
        guard(PUBLIC[0], "10.0.0.1").destination("https://hooks.example.com/")


def test_a_name_is_looked_up_once_and_a_second_answer_gains_nothing() -> None:
    """DNS rebinding: the first answer is public, each later one is this machine."""
    answers = [[PUBLIC[0]], ["127.0.0.1"]]
    rebinding = AddressGuard(resolve=lambda *_: answers.pop(0))

    assert (PUBLIC[0],) == rebinding.destination("https://hooks.example.com/").addresses
    assert [["127.0.0.1"]] == answers
    with pytest.raises(AddressRefused, match="not a public address"):
        rebinding.destination("https://hooks.example.com/")


def test_a_name_without_an_address_is_refused() -> None:
    with pytest.raises(AddressRefused, match="has no address"):
        guard().destination("https://hooks.example.com/")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.example.com/", "no https address"),
        ("ftp://hooks.example.com/", "no https address"),
        ("file:///etc/passwd", "no https address"),
        ("gopher://hooks.example.com/", "no https address"),
        ("hooks.example.com/x", "no https address"),
        ("", "no https address"),
        ("https://", "names no server"),
        ("https:///x", "names no server"),
        ("https://ada:secret@hooks.example.com/", "user or a password"),
        ("https://@hooks.example.com/", "user or a password"),
        ("https://hooks.example.com@127.0.0.1/", "user or a password"),
        ("https://hooks.example.com\\@127.0.0.1/", "not an address"),
        ("https://hooks.example.com/a b", "not an address"),
        ("https://hooks.example.com/\r\nHost: x", "not an address"),
        ("https://hooks.exämple.com/", "not an address"),
        ("https://hooks.example.com:99999/", "not an address"),
        ("https://hooks.example.com:port/", "not an address"),
        ("https://[::1", "not an address"),
        ("https://[fe80::1%25eth0]/", "names no server"),
        (f"https://{'a' * 64}.example.com/", "no server's name: between its dots are 1 to 63"),
        ("https://hooks..example.com/", "no server's name"),
        ("https://.example.com/", "no server's name"),
        ("https://hooks.example.com:22/", "no web server's"),
        ("https://hooks.example.com:25/", "no web server's"),
        ("https://hooks.example.com:0/", "no web server's"),
    ],
)
def test_what_is_no_webs_address_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words) as refused:
        guard(PUBLIC[0]).check(url, target="properties.url")
    assert "secret" not in str(refused.value)
    with pytest.raises(AddressRefused):
        guard(PUBLIC[0]).destination(url)


@pytest.mark.parametrize("port", [80, 443, 1024, 8443, 65535])
def test_ports_of_web_servers_are_called(port: int) -> None:
    assert port == guard(PUBLIC[0]).destination(f"https://hooks.example.com:{port}/").port


def test_a_refusal_shows_no_query_for_it_may_be_a_key() -> None:
    with pytest.raises(AddressRefused) as refused:
        guard().destination("http://hooks.example.com/x?code=k3y")
    assert "k3y" not in str(refused.value)
