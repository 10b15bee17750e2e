"""Makes a certificate authority, and a server certificate that it signs.

Both are good for the loopback addresses only: who trusts such an authority, and loses its key,
cannot be deceived by a false certificate of anybody else's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAMES = ("localhost",)
ADDRESSES = ("127.0.0.1", "::1")

AUTHORITY_LIFE = timedelta(days=3650)
SERVER_LIFE = timedelta(days=825)
"""The longest that every operating system accepts."""
CLOCKS_DIFFER = timedelta(days=1)
"""A container's clock may be behind that of its machine."""


@dataclass(frozen=True)
class Signed:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def from_pem(cls, certificate: bytes, key: bytes) -> Self:
        """Raises ValueError when one of them is damaged, or no key of this kind."""
        try:
            private = load_pem_private_key(key, password=None)
        except TypeError as error:
            raise ValueError(str(error)) from error
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise ValueError("its key is not one of an elliptic curve")  # noqa: TRY004  # damaged
        return cls(x509.load_pem_x509_certificate(certificate), private)

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def is_a_pair(self) -> bool:
        return self.certificate.public_key() == self.key.public_key()

    def is_signed_by(self, authority: "Signed") -> bool:
        try:
            self.certificate.verify_directly_issued_by(authority.certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def outlasts(self, moment: datetime) -> bool:
        return self.certificate.not_valid_after_utc >= moment


def new_authority(now: datetime) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(f"devhost on this machine {x509.random_serial_number():x}"[:64])
    draft = _draft(subject, key, now, AUTHORITY_LIFE)
    draft = draft.issuer_name(subject)
    draft = draft.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    draft = draft.add_extension(_usage(signs_certificates=True), critical=True)
    draft = draft.add_extension(_loopback_only(), critical=True)
    return Signed(draft.sign(key, SHA256()), key)


def new_server(authority: Signed, now: datetime) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    addresses = [x509.IPAddress(ip_address(each)) for each in ADDRESSES]
    names = x509.SubjectAlternativeName([*map(x509.DNSName, NAMES), *addresses])
    draft = _draft(_name(NAMES[0]), key, now, SERVER_LIFE)
    draft = draft.issuer_name(authority.certificate.subject)
    draft = draft.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    draft = draft.add_extension(_usage(signs_certificates=False), critical=True)
    draft = draft.add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
    )
    draft = draft.add_extension(by, critical=False).add_extension(names, critical=False)
    return Signed(draft.sign(authority.key, SHA256()), key)


def _draft(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    own_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now - CLOCKS_DIFFER + life)
        .add_extension(own_id, critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _loopback_only() -> x509.NameConstraints:
    addresses = [x509.IPAddress(ip_network(each)) for each in ADDRESSES]
    return x509.NameConstraints([*map(x509.DNSName, NAMES), *addresses], None)
