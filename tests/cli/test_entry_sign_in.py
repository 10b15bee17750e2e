"""`login`, `logout`, `account`: who talks to which service, and what is kept of it."""

import json
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from devhost.tls.certificates import Certificates
from tests.cli.entry import alone, take_sign_ins, token
from tests.support.refusals import is_refused
from tests.support.stub_service import Reply, StubService, bep, stub_service


@pytest.fixture
def service() -> Iterator[StubService]:
    with stub_service() as running:
        yield take_sign_ins(running)


def sign_in(service: StubService, folder: Path, secret: str) -> None:
    done = alone(service, folder, "login", "--url", service.url, "--token", secret)
    assert 0 == done.code, done.stderr


def test_a_sign_in_is_kept_for_its_owner_and_used_by_later_commands(
    service: StubService, tmp_path: Path
) -> None:
    secret = token()
    sign_in(service, tmp_path, secret)

    done = alone(service, tmp_path, "account", "show", "--query", "user.name", "-o", "tsv")

    assert (0, "me@example.org\n") == (done.code, done.stdout)
    assert f"Bearer {secret}" == service.seen[-1].headers["Authorization"]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "config").glob("*.json")}
    assert {0o600} == modes


def test_login_answers_in_azs_shape_and_never_prints_the_token(
    service: StubService, tmp_path: Path
) -> None:
    secret = token()

    done = alone(service, tmp_path, "login", "--url", service.url, "--token", secret, "--debug")

    assert [
        {
            "cloudName": "BatchEndpoints",
            "homeTenantId": "t",
            "id": "s",
            "isDefault": True,
            "managedByTenants": [],
            "name": "mine",
            "state": "Enabled",
            "tenantId": "t",
            "user": {"name": "me@example.org", "type": "user"},
        }
    ] == done.answer
    assert secret.split(".")[1] not in done.stdout


def test_a_token_may_come_from_a_file(service: StubService, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(token())

    done = alone(service, tmp_path, "login", "--url", service.url, "--token", "@secret")

    assert 0 == done.code, done.stderr


def test_the_token_is_printed_by_get_access_token_alone(
    service: StubService, tmp_path: Path
) -> None:
    secret = token()
    sign_in(service, tmp_path, secret)
    words = ("account", "get-access-token", "--resource", "https://ml.azure.com")

    done = alone(service, tmp_path, *words)

    assert secret == done.answer["accessToken"]
    assert {
        "accessToken",
        "expiresOn",
        "expires_on",
        "subscription",
        "tenant",
        "tokenType",
    } == done.answer.keys()
    assert (
        f"{secret}\n"
        == alone(service, tmp_path, *words, "--query", "accessToken", "-o", "tsv").stdout
    )


def test_signing_out_deletes_sign_in_and_tokens(service: StubService, tmp_path: Path) -> None:
    sign_in(service, tmp_path, token())

    assert 0 == alone(service, tmp_path, "logout").code

    assert [] == list((tmp_path / "config").glob("*.json"))
    assert is_refused(alone(service, tmp_path, "account", "show"))


def test_another_subscription_is_accepted_with_a_note(service: StubService, tmp_path: Path) -> None:
    """Scripts have their own in them."""
    for words in (("-s", "other"), ("--subscription", "other"), ("-n", "other")):
        done = bep(service, tmp_path, "account", "set", *words)

        assert (0, "") == (done.code, done.stdout)
        assert "one subscription, 's'" in done.stderr


def test_a_refused_token_is_reported_and_not_kept(service: StubService, tmp_path: Path) -> None:
    refusal = {"error": {"code": "Unauthenticated", "message": "The token's issuer is unknown."}}
    service.on("GET", "/subscriptions", Reply(refusal, 401))

    done = alone(service, tmp_path, "login", "--url", service.url, "--token", token())

    assert is_refused(done)
    assert "issuer is unknown" in done.stderr
    assert not (tmp_path / "config/login.json").exists()


def test_an_expired_sign_in_says_how_to_renew_it(service: StubService, tmp_path: Path) -> None:
    sign_in(service, tmp_path, token())
    for name in ("login.json", "tokens.json"):
        file = tmp_path / "config" / name
        content = json.loads(file.read_text())
        key = "secret" if name == "login.json" else service.url
        file.write_text(json.dumps({**content, key: token(lifetime_s=-1)}))

    done = alone(service, tmp_path, "account", "show")

    assert is_refused(done)
    assert "has expired. Sign in with a new one: bep login" in done.stderr


def test_without_a_service_it_says_how_to_have_one(service: StubService, tmp_path: Path) -> None:
    done = alone(service, tmp_path, "login")

    assert is_refused(done)
    assert "./run serve" in done.stderr


def test_a_service_that_is_down_is_named(service: StubService, tmp_path: Path) -> None:
    service.close()

    done = alone(service, tmp_path, "login", "--url", service.url, "--token", token())

    assert is_refused(done)
    assert f"The service at {service.url} cannot be reached" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--url", "localhost:7071"], "Begin it with https:// or http://"),
        (["--identity", "--use-device-code"], "two ways to sign in"),
        (["--service-principal", "-u", "app"], "needs --tenant"),
        (["--service-principal", "-u", "app", "-t", "t"], "needs --password"),
        (["--token", "two words"], "is no token"),
        (["--url", "<address>"], "is a placeholder"),
    ],
)
def test_bad_flags_are_refused_in_words(
    service: StubService, tmp_path: Path, words: list[str], said: str
) -> None:
    done = alone(service, tmp_path, "login", "--url", service.url, *words)

    assert is_refused(done, code=2)
    assert said in done.stderr


def test_an_untrusted_certificate_is_told_from_a_trusted_one(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path / "tls")
    certificates.keep_valid()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.server, certificates.server_key)
    with stub_service() as service:
        service._server.socket = context.wrap_socket(service._server.socket, server_side=True)
        take_sign_ins(service)
        words = ("login", "--url", service.url.replace("http:", "https:"), "--token", token())

        untrusted = alone(service, tmp_path, *words, REQUESTS_CA_BUNDLE="")
        trusted = alone(service, tmp_path, *words, REQUESTS_CA_BUNDLE=str(certificates.authority))

    assert is_refused(untrusted)
    assert "is not trusted" in untrusted.stderr
    assert "REQUESTS_CA_BUNDLE" in untrusted.stderr
    assert 0 == trusted.code, trusted.stderr


def test_https_to_a_service_without_it_is_reported(service: StubService, tmp_path: Path) -> None:
    address = service.url.replace("http:", "https:")

    done = alone(service, tmp_path, "login", "--url", address, "--token", token())

    assert is_refused(done)
    assert "speaks no https" in done.stderr
