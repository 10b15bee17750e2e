"""A certificate authority of one test, and a certificate for this machine and other names."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_KEY_OF_AUTHORITY_ONLY_SIGNS = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True)
class Certificates:
    """PEM files: whom to trust, and what a server on 127.0.0.1 shows. A folder has one set."""

    authority: Path
    server: Path
    server_key: Path


def make_certificates(folder: Path, *names: str) -> Certificates:
    shown = [x509.IPAddress(ip_address("127.0.0.1")), *map(x509.DNSName, names)]
    made = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _unsigned("authority", authority_key, authority_key).add_extension(
        _KEY_OF_AUTHORITY_ONLY_SIGNS, critical=True
    )
    server = _unsigned("server", server_key, authority_key).add_extension(
        x509.SubjectAlternativeName(shown), critical=False
    )
    for path, draft in ((made.authority, authority), (made.server, server)):
        path.write_bytes(draft.sign(authority_key, SHA256()).public_bytes(Encoding.PEM))
    made.server_key.write_bytes(
        server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return made


def _unsigned(
    name: str, key: ec.EllipticCurvePrivateKey, authority_key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    is_authority = key is authority_key
    by_authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    basic = x509.BasicConstraints(ca=is_authority, path_length=None)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(basic, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(by_authority, critical=False)
    )
