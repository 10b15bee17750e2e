"""The token issuer of one state folder: what Entra ID is in Azure, with the same claims."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

from devhost.private_files import private_file, private_folder
from shared.settings import ML_AUDIENCE

LIFETIME_S = 3600
ALGORITHM = "RS256"

_KEY_BITS = 2048
_EXPONENT = 65537


class Issuer:
    """Signs tokens with the key pair in `state`/issuer, made at first use.

    The issuer's name and the key's id follow from the key, so they outlive ports and restarts.
    """

    def __init__(self, state: Path) -> None:
        self._key = _key_in(state / "issuer")
        self._public = self._key.public_key()
        self.key_id = _fingerprint(self._key)
        self.tenant = uuid5(NAMESPACE_URL, self.key_id)
        self.name = f"https://issuer.local.invalid/{self.tenant}/v2.0"

    def token(
        self,
        *,
        role: str = "contributor",
        expires_in_s: float = LIFETIME_S,
        audience: str = ML_AUDIENCE,
    ) -> str:
        """A bearer token; a negative lifetime makes one that has expired."""
        claims = self._claims(role, audience) | _times(expires_in_s)
        return jwt.encode(claims, self._key, ALGORITHM, headers={"kid": self.key_id})

    def keys(self) -> Mapping[str, Any]:
        """The JWKS document: what a service needs to check a signature."""
        key = RSAAlgorithm.to_jwk(self._public, as_dict=True)
        return {"keys": [key | {"kid": self.key_id, "use": "sig", "alg": ALGORITHM}]}

    def _claims(self, role: str, audience: str) -> dict[str, Any]:
        subject = _subject(self.tenant, role)
        return {
            "iss": self.name,
            "aud": audience,
            "sub": subject,
            "oid": subject,
            "tid": str(self.tenant),
            "name": f"Local {role}",
            "preferred_username": f"{role}@local.invalid",
            "roles": [role],
            "jti": str(uuid4()),
            "ver": "2.0",
        }


def _times(lifetime_s: float) -> dict[str, int]:
    now = time.time()
    expires = int(now + lifetime_s)
    issued = min(int(now), expires - 1)  # an expired token was once valid
    return {"iat": issued, "nbf": issued, "exp": expires}


def _subject(tenant: UUID, role: str) -> str:
    return str(uuid5(tenant, role))


def _fingerprint(key: RSAPrivateKey) -> str:
    digest = Hash(SHA256())
    digest.update(
        key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )
    return digest.finalize().hex()[:32]


def _key_in(folder: Path) -> RSAPrivateKey:
    path = folder / "key.pem"
    private_folder(folder.parent)
    private_folder(folder)
    if not path.exists():
        _create_key(path)
    private_file(path)
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(f"'{path}' is not an RSA key. Delete it; the next start makes a new one.")
    return key


def _create_key(path: Path) -> None:
    """Whole or not at all, and only once: of two processes, the later one keeps the earlier key."""
    key = generate_private_key(_EXPONENT, _KEY_BITS)
    with NamedTemporaryFile(dir=path.parent, prefix="key.", suffix=".new") as draft:  # mode 0600
        draft.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        draft.flush()
        try:
            os.link(draft.name, path)
        except FileExistsError:
            return
