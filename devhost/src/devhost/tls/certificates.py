"""The certificates of one folder: created at first use, and renewed in good time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from devhost.host_errors import CannotServe
from devhost.private_files import private_file, private_folder, replace
from devhost.tls.signing import SERVER_LIFE, Signed, new_authority, new_server

RENEWED_BEFORE = timedelta(days=180)
"""A server is renewed when it starts, and some run for months."""

PFX_PASSWORD = "local"  # noqa: S105  # the format wants one; the file's mode protects the key
READABLE = 0o644


@dataclass(frozen=True)
class Certificates:
    """`authority` is what a client trusts; `server` with `server_key` is what a server shows."""

    folder: Path

    @property
    def authority(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def server(self) -> Path:
        return self.folder / "server.pem"

    @property
    def server_key(self) -> Path:
        return _key_of(self.server)

    @property
    def server_pfx(self) -> Path:
        """Certificate and key in one file, as Core Tools take them."""
        return self.folder / "server.pfx"

    def keep_valid(self, now: datetime | None = None) -> None:
        """Make what is missing or nears its end. Raises CannotServe for what is damaged.

        A new authority makes a new server certificate. Of two processes, one makes both.
        """
        now = now or datetime.now(UTC)
        private_folder(self.folder)
        with self._lock():
            authority = _read(self.authority)
            if authority is None or not authority.outlasts(now + SERVER_LIFE):
                authority = new_authority(now)
                _write(self.authority, authority)
            server = _read(self.server)
            if (
                server is None
                or not server.is_signed_by(authority)
                or not server.outlasts(now + RENEWED_BEFORE)
            ):
                server = new_server(authority, now)
                _write(self.server, server)
            replace(self.server_pfx, _pfx(server))

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _key_of(certificate: Path) -> Path:
    return certificate.with_suffix(".key")


def _read(path: Path) -> Signed | None:
    """None if a part is missing, or the two are not of one making: a kill came in between."""
    try:
        found = Signed.from_pem(path.read_bytes(), _key_of(path).read_bytes())
        private_file(_key_of(path))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise CannotServe(
            f"'{path}' or its key '{_key_of(path).name}' is damaged: {error}.",
            fix=f"Delete the folder '{path.parent}'; the next start makes new certificates.",
        ) from error
    return found if found.is_a_pair else None


def _write(path: Path, signed: Signed) -> None:
    replace(_key_of(path), signed.key_pem)
    replace(path, signed.certificate_pem, mode=READABLE)


def _pfx(server: Signed) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"localhost",
        server.key,
        server.certificate,
        None,
        BestAvailableEncryption(PFX_PASSWORD.encode()),
    )
