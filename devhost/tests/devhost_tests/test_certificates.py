"""--tls: an authority of the state folder, and a certificate that it signs."""

import shutil
import ssl
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import pkcs12

from devhost.host_errors import CannotServe
from devhost.tls.certificates import PFX_PASSWORD, RENEWED_BEFORE, Certificates
from devhost.tls.signing import AUTHORITY_LIFE, SERVER_LIFE, Signed, new_authority, new_server
from devhost_tests.served import SAMPLE_APP, Served, serve
from devhost_tests.test_life import refused
from devhost_tests.waiting import DEADLINE_S

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    certificates = Certificates(tmp_path / "tls")
    certificates.keep_valid(NOW)
    return certificates


def contents(certificates: Certificates) -> tuple[bytes, bytes]:
    return certificates.authority.read_bytes(), certificates.server.read_bytes()


def shakes_hands(server: Signed, authority: Signed, hostname: str) -> None:
    """A client that trusts the authority meets the server; raises SSLCertVerificationError."""
    trusting = ssl.create_default_context(cadata=authority.certificate_pem.decode())
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname=hostname)
    other = _showing(server).wrap_bio(to_server, to_client, server_side=True)
    for side in (client, other, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


def _showing(server: Signed) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with NamedTemporaryFile() as both:  # ssl loads keys from files only
        both.write(server.key_pem + server.certificate_pem)
        both.flush()
        context.load_cert_chain(both.name)
    return context


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
def test_a_server_is_known_by_each_name_of_this_machine(name: str) -> None:
    authority = new_authority(NOW)

    shakes_hands(new_server(authority, NOW), authority, name)


def test_an_authority_vouches_for_no_other_machine() -> None:
    """Who gets hold of its key can show a false certificate of this machine only."""
    authority = new_authority(NOW)
    honest = new_server(authority, NOW)
    forged = x509.CertificateBuilder(
        subject_name=honest.certificate.subject,
        issuer_name=authority.certificate.subject,
        public_key=honest.key.public_key(),
        serial_number=1,
        not_valid_before=NOW - DAY,
        not_valid_after=NOW + DAY,
        extensions=[
            each
            for each in honest.certificate.extensions
            if not isinstance(each.value, x509.SubjectAlternativeName)
        ],
    ).add_extension(x509.SubjectAlternativeName([x509.DNSName("example.com")]), critical=False)

    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        shakes_hands(
            Signed(forged.sign(authority.key, SHA256()), honest.key), authority, "example.com"
        )


def test_they_are_made_once(certificates: Certificates) -> None:
    before = contents(certificates)

    certificates.keep_valid(NOW + SERVER_LIFE - RENEWED_BEFORE - 2 * DAY)

    assert before == contents(certificates)


def test_first_uses_at_the_same_time_agree_on_one_authority(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path / "tls")

    def result(_: int) -> tuple[bytes, bytes]:
        certificates.keep_valid()
        return contents(certificates)

    with ThreadPoolExecutor(8) as pool:
        assert 1 == len(set(pool.map(result, range(8))))


def test_keys_are_for_their_owner_only(certificates: Certificates) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in certificates.folder.iterdir()}

    assert 0o600 == modes["ca.key"] == modes["server.key"] == modes["server.pfx"]
    assert 0o644 == modes["ca.pem"] == modes["server.pem"]
    assert {"ca.key", "ca.pem", "lock", "server.key", "server.pem", "server.pfx"} == set(modes)


def test_a_servers_certificate_is_renewed_in_good_time(certificates: Certificates) -> None:
    """By the same authority: clients go on trusting it."""
    authority, server = contents(certificates)

    certificates.keep_valid(NOW + SERVER_LIFE - RENEWED_BEFORE)

    assert authority == certificates.authority.read_bytes()
    assert server != certificates.server.read_bytes()


def test_an_authority_is_renewed_before_a_certificate_of_its_outlives_it(
    certificates: Certificates,
) -> None:
    authority, server = contents(certificates)

    certificates.keep_valid(NOW + AUTHORITY_LIFE - SERVER_LIFE)

    assert authority != certificates.authority.read_bytes()
    assert server != certificates.server.read_bytes()


def test_an_authority_that_changed_signs_a_new_certificate(
    certificates: Certificates, tmp_path: Path
) -> None:
    other = Certificates(tmp_path / "other")
    other.keep_valid(NOW)
    shutil.copy(other.authority, certificates.authority)
    shutil.copy(other.folder / "ca.key", certificates.folder / "ca.key")

    certificates.keep_valid(NOW)

    authority, server = (
        Signed.from_pem(path.read_bytes(), path.with_suffix(".key").read_bytes())
        for path in (certificates.authority, certificates.server)
    )
    assert other.authority.read_bytes() == certificates.authority.read_bytes()
    assert server.is_signed_by(authority)


@pytest.mark.parametrize("name", ["ca", "server"])
@pytest.mark.parametrize("lost", ["pem", "key", "neither"])
def test_a_kill_between_key_and_certificate_is_mended(
    certificates: Certificates, name: str, lost: str
) -> None:
    path = certificates.folder / f"{name}.{lost}"
    if lost == "neither":  # the key is new, the certificate is not yet
        (certificates.folder / f"{name}.key").write_bytes(new_authority(NOW).key_pem)
    else:
        path.unlink()

    certificates.keep_valid(NOW)

    whole = [
        Signed.from_pem(each.read_bytes(), each.with_suffix(".key").read_bytes())
        for each in (certificates.authority, certificates.server)
    ]
    assert all(each.is_a_pair for each in whole)
    assert whole[1].is_signed_by(whole[0])


@pytest.mark.parametrize("name", ["ca.pem", "ca.key", "server.pem", "server.key"])
def test_a_damaged_file_is_named_with_what_to_do(certificates: Certificates, name: str) -> None:
    (certificates.folder / name).write_bytes(b"-----BEGIN CERTIFICATE-----\nno\n")

    with pytest.raises(CannotServe, match=r"is damaged: .*Delete the folder") as failure:
        certificates.keep_valid(NOW)

    assert name in str(failure.value)


def test_core_tools_find_key_and_certificate_in_one_file(certificates: Certificates) -> None:
    key, certificate, more = pkcs12.load_key_and_certificates(
        certificates.server_pfx.read_bytes(), PFX_PASSWORD.encode()
    )

    assert x509.load_pem_x509_certificate(certificates.server.read_bytes()) == certificate
    assert key is not None
    assert [] == more


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    state = tmp_path_factory.mktemp("state")
    with serve(SAMPLE_APP, state, "--tls") as served:
        yield served, state / "tls" / "ca.pem"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_client_that_trusts_the_authority_is_served(
    served: tuple[Served, Path], name: str
) -> None:
    host, authority = served
    url = f"https://{name}:{host.port}/echo"

    assert url == requests.get(url, verify=str(authority), timeout=DEADLINE_S).json()["url"]
    assert str(authority) in host.text


def test_a_client_that_does_not_trust_it_refuses(served: tuple[Served, Path]) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"https://127.0.0.1:{served[0].port}/echo", verify=True, timeout=DEADLINE_S)


def test_an_address_that_the_certificate_would_not_name_is_refused(tmp_path: Path) -> None:
    start = refused(SAMPLE_APP, "--tls", "--host", "192.0.2.1", "--state", tmp_path)

    assert 2 == start.returncode
    assert "not for '192.0.2.1'. Give a certificate for that address with --cert." in start.stderr


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("a file")

    start = refused(SAMPLE_APP, "--tls", "--port", 0, "--state", tmp_path)

    assert 2 == start.returncode
    assert f"'{tmp_path / 'tls'}' cannot be kept: File exists. Choose" in start.stderr


def test_a_certificate_of_ones_own_and_a_made_one_exclude_each_other(tmp_path: Path) -> None:
    start = refused(SAMPLE_APP, "--tls", "--cert", tmp_path / "own.pem", "--state", tmp_path)

    assert 2 == start.returncode
    assert "not allowed with" in start.stderr
