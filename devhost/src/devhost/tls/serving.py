"""Whether the host serves https, and with which certificate."""

import hashlib
import logging
import ssl
from pathlib import Path

from devhost.host_errors import CannotServe
from devhost.options import Options
from devhost.tls.certificates import Certificates

log = logging.getLogger(__name__)

COVERED = frozenset({"127.0.0.1", "::1", "localhost", "0.0.0.0", "::"})  # noqa: S104  # compared
"""Addresses to listen on that clients reach by a name in the certificate."""


def tls_context(options: Options) -> ssl.SSLContext | None:
    """For https; None for http. Raises CannotServe."""
    if options.certificate is not None:
        return _load_certificate(options.certificate, options.certificate_key)
    if not options.tls:
        return None
    certificates = _create_certificates(options)
    log.info(
        "https by an authority of this folder; clients trust it by '%s'.", certificates.authority
    )
    return _load_certificate(certificates.server, certificates.server_key)


def certificate_of(options: Options) -> Path:
    """What is shown, once `tls_context` has it made."""
    return options.certificate or Certificates(options.state / "tls").server


def fingerprint(certificate: Path) -> bytes:
    """The SHA-256 of the first of a PEM file, by which another host of this machine knows it."""
    end = "-----END CERTIFICATE-----"
    first = certificate.read_text(encoding="ascii").partition(end)[0] + end
    pem = first[first.index("-----BEGIN CERTIFICATE-----") :]
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest()


def _create_certificates(options: Options) -> Certificates:
    if options.host not in COVERED:
        raise CannotServe(
            f"--tls makes a certificate for 127.0.0.1 and localhost, not for '{options.host}'.",
            fix="Give a certificate for that address with --cert.",
        )
    certificates = Certificates(options.state / "tls")
    try:
        certificates.keep_valid()
    except OSError as error:
        raise CannotServe(
            f"The certificates in '{certificates.folder}' cannot be kept: {error.strerror}.",
            fix="Choose another folder with --state.",
        ) from error
    return certificates


def _load_certificate(certificate: Path, key: Path | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise CannotServe(
            f"The certificate '{certificate}' cannot be used: {error}.",
            fix="Give a PEM file with --cert, and its key with --cert-key.",
        ) from error
    return context
