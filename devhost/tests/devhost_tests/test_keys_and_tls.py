"""--auth asks for keys, --cert serves https, and app settings switch functions off."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from devhost_tests.raw import raw
from devhost_tests.served import SAMPLE_APP, Served, serve
from devhost_tests.test_life import refused
from devhost_tests.waiting import DEADLINE_S

APP = """
import azure.functions as func
app = func.FunctionApp()

@app.route(route="open", auth_level=func.AuthLevel.ANONYMOUS)
def open_door(req: func.HttpRequest):
    return "open"

@app.route(route="locked")
def locked(req: func.HttpRequest):
    return "locked"

@app.route(route="vault", auth_level=func.AuthLevel.ADMIN)
def vault(req: func.HttpRequest):
    return "vault"

@app.route(route="off")
def off(req: func.HttpRequest):
    return "off"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("app")
    (folder / "host.json").write_text('{"version": "2.0"}')
    (folder / "function_app.py").write_text(APP)
    return folder


@pytest.fixture(scope="module")
def guarded(folder: Path) -> Iterator[Served]:
    switched_off = {"AzureWebJobs.off.Disabled": "true"}
    with serve(folder, folder / "state", "--auth", "--routes", env=switched_off) as served:
        yield served


@pytest.fixture
def keys(guarded: Served, folder: Path) -> dict[str, str]:
    written: dict[str, str] = json.loads((folder / "state" / "keys.json").read_text())
    return written


def status(served: Served, path: str, key: str = "") -> int:
    return served.get(path, headers={"x-functions-key": key} if key else {}).status_code


def test_an_anonymous_function_asks_for_no_key(guarded: Served) -> None:
    assert 200 == status(guarded, "/api/open")


@pytest.mark.parametrize("path", ["/api/locked", "/api/vault", "/admin/host/status"])
def test_a_missing_or_wrong_key_is_401_and_empty(guarded: Served, path: str) -> None:
    for query in ("", "?code=wrong"):
        reply = guarded.get(path + query)
        assert (401, b"") == (reply.status_code, reply.content)
    guarded.printed(f"Refused GET {path}: no good key.")
    assert "wrong" not in guarded.text


def test_each_key_opens_its_doors(guarded: Served, keys: dict[str, str]) -> None:
    assert 200 == status(guarded, f"/api/locked?code={keys['function']}")
    assert 200 == status(guarded, "/api/locked", keys["master"])
    assert 401 == status(guarded, "/api/locked", keys["system"])
    assert 200 == status(guarded, "/api/vault", keys["master"])
    assert 401 == status(guarded, "/api/vault", keys["function"])
    assert 200 == status(guarded, "/admin/host/status", keys["master"])


def test_the_system_key_opens_the_durable_api(guarded: Served, keys: dict[str, str]) -> None:
    path = "/Runtime/webhooks/durabletask/instances/none"

    assert 401 == status(guarded, path)
    assert 404 == status(guarded, f"{path}?code={keys['system']}")


@pytest.mark.parametrize(
    "target",
    [
        "/%72untime/webhooks/durabletask/instances",
        "/runtime%2Fwebhooks/durabletask/instances",
        "/x/../runtime/webhooks/durabletask/instances",
        "/x/%2E%2E/RUNTIME/webhooks/durabletask/instances",
        "http://localhost:{port}/runtime/webhooks/durabletask/instances",
        "/%61dmin/host/status",
        "/x/../ADMIN/host/status",
        "http://localhost:{port}/admin/host/status",
    ],
)
def test_no_spelling_of_a_path_goes_round_its_key(guarded: Served, target: str) -> None:
    """Behind it they are all 200; dots are resolved for functions only, so some are nowhere."""
    head = f"GET {target} HTTP/1.1\r\nHost: localhost:{{port}}\r\nConnection: close\r\n\r\n"

    answer = raw(guarded, head.format(port=guarded.port).encode())

    assert int(answer.split(b" ")[1]) in {401, 404}


def test_the_key_file_is_for_its_owner_only(
    guarded: Served, folder: Path, keys: dict[str, str]
) -> None:
    assert 0o600 == (folder / "state" / "keys.json").stat().st_mode & 0o777
    assert 3 == len(set(keys.values()))


def test_a_function_that_an_app_setting_disables_is_not_there(
    guarded: Served, keys: dict[str, str]
) -> None:
    assert 404 == status(guarded, "/api/off", keys["master"])
    assert "/api/locked" in guarded.text
    assert "/api/off" not in guarded.text


def a_certificate(folder: Path) -> Path:
    """A self-signed certificate for this machine, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "certificate.pem"
    path.write_bytes(private + certificate.public_bytes(pem))
    return path


def test_a_certificate_makes_it_https(tmp_path: Path) -> None:
    certificate = a_certificate(tmp_path)

    with serve(SAMPLE_APP, tmp_path / "state", "--cert", str(certificate)) as served:
        url = f"https://127.0.0.1:{served.port}/echo"
        reply = requests.get(url, verify=str(certificate), timeout=DEADLINE_S)

    assert url == reply.json()["url"]
    assert "https://localhost" in served.text


def test_a_certificate_that_cannot_be_used_is_reported_with_exit_code_2(tmp_path: Path) -> None:
    start = refused(SAMPLE_APP, "--port", 0, "--state", tmp_path, "--cert", tmp_path / "none.pem")

    assert 2 == start.returncode
    assert "none.pem' cannot be used" in start.stderr
