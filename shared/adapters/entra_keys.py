"""The public keys of a token issuer: fetched when needed, cached, and never fetched in a storm."""

import logging
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

import requests
from jwt import PyJWK, PyJWTError

from shared.domain.errors import ServiceUnavailable

FRESH_S = 3600.0
"""Keys older than this are fetched again; issuers publish a new key days before they use it."""
TRUSTED_S = 24 * 3600.0
"""How long keys serve while the issuer does not answer."""
PAUSE_S = 10.0
"""Between two fetches, so that tokens with made-up key ids cannot hammer the issuer."""
FIRST_PAUSE_S = 1.0
"""The same while there are no keys at all: an issuer may start after its services."""
TIMEOUT_S = 5.0

_SIGNING_KEY_TYPES = ("RSA", "EC")

type Keys = Mapping[str, PyJWK]


class IssuerKeys:
    """Keys by their id, from `jwks_url`, or from where the issuer's discovery document says."""

    def __init__(
        self, issuer: str, jwks_url: str = "", *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._clock = clock
        self._lock = Lock()
        self._keys: Keys = {}
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")

    def find(self, key_id: str) -> PyJWK | None:
        """The key, or None if the issuer has no such key."""
        if key_id not in self._keys or self._age > FRESH_S:
            with self._lock:
                self._refresh_unless_known(key_id)
        if self._age > TRUSTED_S:
            raise ServiceUnavailable(
                f"The keys of issuer '{self._issuer}' cannot be fetched.",
                fix="Try again in a moment; if it stays, check that the issuer is reachable.",
                target="Authorization",
            )
        return self._keys.get(key_id)

    @property
    def _age(self) -> float:
        return self._clock() - self._fetched_at

    def _refresh_unless_known(self, key_id: str) -> None:
        """Another thread may have fetched while this one waited for the lock."""
        is_known = key_id in self._keys and self._age <= FRESH_S
        pause = PAUSE_S if self._keys else FIRST_PAUSE_S
        if is_known or self._clock() - self._tried_at < pause:
            return
        self._tried_at = self._clock()
        try:
            self._keys = _signing_keys(_document(self._jwks_url or self._discovered_url()))
            self._fetched_at = self._clock()
        except (requests.RequestException, LookupError, TypeError, ValueError) as failure:
            kind = type(failure).__name__
            _log.warning("keys not fetched issuer=%s failure=%s", self._issuer, kind)

    def _discovered_url(self) -> str:
        base = self._issuer.rstrip("/")
        return str(_document(f"{base}/.well-known/openid-configuration")["jwks_uri"])


def _document(url: str) -> Mapping[str, Any]:
    with requests.get(url, timeout=TIMEOUT_S) as answer:
        answer.raise_for_status()
        document = answer.json()
    if not isinstance(document, dict):
        raise TypeError(f"{url} is not a JSON object")
    return document


def _signing_keys(document: Mapping[str, Any]) -> Keys:
    entries = [entry for entry in document["keys"] if isinstance(entry, dict)]
    keys = {entry.get("kid"): _signing_key(entry) for entry in entries}
    usable = {key_id: key for key_id, key in keys.items() if key_id and key}
    if not usable:
        raise LookupError("no usable key")
    return usable


def _signing_key(entry: dict[str, Any]) -> PyJWK | None:
    """Public keys only: a symmetric one would let whoever reads it sign."""
    if entry.get("kty") not in _SIGNING_KEY_TYPES or entry.get("use", "sig") != "sig":
        return None
    try:
        return PyJWK.from_dict(entry)
    except (PyJWTError, TypeError, ValueError) as failure:
        _log.warning("key ignored kid=%s failure=%s", entry.get("kid"), type(failure).__name__)
        return None


_log = logging.getLogger(__name__)
