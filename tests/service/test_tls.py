"""The whole service over https: storage, scoring and follow-up trust the local authority."""

import ssl
from collections.abc import Iterator
from http.client import HTTPSConnection
from urllib.parse import urlsplit

import certifi
import pytest

from tests.service.conftest import deploy_on
from tests.service.models import csv_of, rows_of
from tests.support import two_hosts
from tests.support.stack import WORKSPACE, Stack, served


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with served(tmp_path_factory.mktemp("https") / "state", tls=True) as running:
        yield running


def test_a_job_is_scored_over_https(https: Stack) -> None:
    """obstore, Microsoft's client and the Durable client all meet a certificate of ours."""
    endpoint = deploy_on(https, "over-https")
    uri = https.upload("in", {"a.csv": csv_of((1, 2), (3, 4)), "b.csv": csv_of((5, 6))})

    started = https.invoke(endpoint, uri)
    ended = https.ended(started)

    assert "Completed" == ended["status"], ended
    expected = [*rows_of("a.csv", (1, 2), (3, 4)), *rows_of("b.csv", (5, 6))]
    assert expected == https.output(ended).decode().splitlines()
    assert started["services"]["Poll"]["endpoint"].startswith(f"{https.url}/")
    assert started["statusQueryGetUri"].startswith("https://")


def test_outputs_are_linked_to_over_https_alone(https: Stack) -> None:
    endpoint = deploy_on(https, "linked-over-https")
    started = https.invoke(endpoint, https.upload("linked", {"a.csv": csv_of((1, 2))}))
    https.ended(started)

    listed = https.send("GET", f"{WORKSPACE}/jobs/{started['name']}/outputs").body["value"]

    trusted = ssl.create_default_context(cafile=https.trust)
    for file in listed:
        parts = urlsplit(file["url"])
        assert ("https", True) == (parts.scheme, "spr=https" in parts.query)
        connection = HTTPSConnection(parts.netloc, timeout=60, context=trusted)
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        assert (200, file["size"]) == (answer.status, len(answer.read()))
        connection.close()


def test_what_is_open_is_open_to_those_who_trust_the_authority(https: Stack) -> None:
    """No token is asked for; the workspace itself wants one."""
    metadata = https.facts["metadata_url"].removeprefix(https.url)
    cloud, *others = https.send("GET", metadata, token="").body

    assert two_hosts.IS_ON or not others  # there, one of two addresses is not the public one
    assert https.url == cloud["resourceManager"]
    found = https.send("GET", WORKSPACE.upper()).body
    addresses = https.send(
        "GET", found["properties"]["discoveryUrl"].removeprefix(https.url), token=""
    )
    assert https.url == addresses.body["api"]
    assert 401 == https.send("GET", WORKSPACE, token="").status


def test_addresses_are_the_public_ones_whatever_a_request_says_of_itself(https: Stack) -> None:
    """PUBLIC_URL is set: neither a gateway's headers nor a forger's change what is handed out."""
    forged = {"X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "http"}

    addresses = https.send("GET", "/discovery", headers=forged, token="").body

    assert {https.url} == set(addresses.values())


def test_a_client_without_the_bundle_refuses(https: Stack) -> None:
    strict = ssl.create_default_context(cafile=certifi.where())
    connection = HTTPSConnection(urlsplit(https.url).netloc, timeout=10, context=strict)

    with pytest.raises(ssl.SSLCertVerificationError):
        connection.request("GET", "/discovery")
    connection.close()
