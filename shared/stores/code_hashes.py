"""Code by its content's hash: a client that has the same folder again need not upload it.

A pointer is written after the code; one that the code does not bear out any more is ignored.
"""

import hashlib

from shared.domain.asset import AssetId, Code
from shared.domain.errors import BatchError
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.input_listing import Inputs
from shared.stores.registry import CONTAINER, SUFFIX, Registry, Stored

FOLDER = "code-hashes"
# Properties of a code that the official client sets, and asks by.
HASH, HASH_VERSION = "hash_sha256", "hash_version"


class CodeHashes:
    """Thread-safe."""

    def __init__(self, blobs: Blobs, registry: Registry, inputs: Inputs) -> None:
        self._blobs = blobs
        self._registry = registry
        self._inputs = inputs
        self._documents = Documents(blobs, CONTAINER)

    def note(self, code: Code) -> None:
        """Remember the code by its hash, if it has one: the last of several is found."""
        if digest := code.properties.get(HASH, ""):
            self._documents.put(_name(digest), code.id.to_wire())

    def find(self, digest: str, version: str = "") -> Stored[Code] | None:
        """A code of this hash whose files are there; `version` is that of the hash's rule."""
        pointer = self._documents.find(_name(digest))
        if pointer is None:
            return None
        asset = AssetId.from_wire(pointer.body)
        entry = self._registry.codes.find(asset.name, asset.version)
        if entry is None or not _bears(entry.resource, digest, version):
            return None
        return entry if self._has_files(entry.resource) else None

    def _has_files(self, code: Code) -> bool:
        try:
            location, _ = self._inputs.resolve(code.uri, target="codeUri")
            names = self._blobs.list_names(location.container, location.inside(""))
            return next(iter(names), None) is not None
        except BatchError:
            return False


def _bears(code: Code, digest: str, version: str) -> bool:
    own = code.properties
    return own.get(HASH) == digest and version in {"", own.get(HASH_VERSION, "")}


def _name(digest: str) -> str:
    """The digest is a client's text: its own hash is safe as a blob's name."""
    return f"{FOLDER}/{hashlib.sha256(digest.encode()).hexdigest()}{SUFFIX}"
