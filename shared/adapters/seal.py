"""Seals secrets that documents keep: whoever reads the store reads nothing of them.

Fernet of the `cryptography` package, by keys that are made of the setting's texts.
"""

import base64
from collections.abc import Sequence
from functools import cached_property

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.domain.errors import InvalidRequest, ServiceUnavailable

KEY_BYTES = 32


class Seal:
    """The first text's key seals, and every one's opens: so a key is replaced by a new first one.

    Thread-safe.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = tuple(texts)

    def close(self, secret: str) -> str:
        """The secret, sealed; raises InvalidRequest when there is no key to seal it with."""
        if not self._texts:
            raise InvalidRequest(
                "The service has no key by which it could keep credentials.",
                fix="Set CREDENTIALS_KEYS, or leave the credentials out: then the service's own "
                "identity is used.",
                target="properties.credentials",
            )
        return self._keys.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """The secret; raises ServiceUnavailable when none of the keys opens it."""
        try:
            return self._keys.decrypt(sealed.encode()).decode() if self._texts else _unopened()
        except InvalidToken:
            return _unopened()

    @cached_property
    def _keys(self) -> MultiFernet:
        return MultiFernet([_key(text) for text in self._texts])


def _unopened() -> str:
    raise ServiceUnavailable(
        "Credentials were sealed by a key that the service does not have any more.",
        fix="Put that key back behind the new one in CREDENTIALS_KEYS, or give the datastore its "
        "credentials again.",
        target="credentials",
    )


def _key(text: str) -> Fernet:
    derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"batch endpoints: credentials")
    return Fernet(base64.urlsafe_b64encode(derived.derive(text.encode())))
