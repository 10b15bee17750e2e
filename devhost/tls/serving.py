"""Whether the host serves https, and with which certificate."""

import logging
import ssl
from pathlib import Path

from devhost.errors import CannotServe
from devhost.options import Options
from devhost.tls.certificates import Certificates

log = logging.getLogger(__name__)

COVERED = frozenset({"127.0.0.1", "::1", "localhost", "0.0.0.0", "::"})  # noqa: S104  # compared
"""Addresses to listen on that clients reach by a name in the certificate."""


def tls_context(options: Options) -> ssl.SSLContext | None:
    """For https; None for http. Raises CannotServe."""
    if options.certificate is not None:
        return _showing(options.certificate, options.certificate_key)
    if not options.tls:
        return None
    made = _made(options)
    log.info("https by an authority of this folder; clients trust it by '%s'.", made.authority)
    return _showing(made.server, made.server_key)


def _made(options: Options) -> Certificates:
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


def _showing(certificate: Path, key: Path | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise CannotServe(
            f"The certificate '{certificate}' cannot be used: {error}.",
            fix="Give a PEM file with --cert, and its key with --cert-key.",
        ) from error
    return context
