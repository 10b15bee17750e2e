"""See that an asset is registered: its files uploaded, its version put, and nothing twice.

The same content is the same version: code is found by its hash, of models, data and environments
the versions are compared. Only new content gets a new version.
"""

import hashlib
import json
import uuid
from typing import Any

from cli.answers import JSON
from cli.assets.kinds import CODES, ENVIRONMENTS, URI_FIELDS
from cli.assets.versions import find_same, next_version, same_words, with_words
from cli.connection.service import Service
from cli.uploads.content_hash import RULE
from cli.uploads.upload_folder import HashedFiles, hash_folder, upload_hashed
from shared.schemas.az_yaml.files import AssetFile, LocalPath

ANONYMOUS_ENVIRONMENT = "CliV2AnonymousEnvironment"
"""The official client's; the version is the content's hash."""
CONTENT = ("image", "condaFile", "modelUri", "modelType", "dataUri", "dataType")
"""What makes an asset without a name the same one."""


def ensure_asset(service: Service, asset: AssetFile) -> str:
    """The ARM id of the version. Raises CommandError."""
    return str(register_asset(service, asset)["id"])


def register_asset(service: Service, asset: AssetFile) -> JSON:
    """The version's document."""
    if asset.kind == CODES:
        return _register_code(service, asset)
    properties = _with_address(service, asset)
    name, version = asset.name, asset.version
    if not name:
        properties["isAnonymous"] = True
        name, version = _anonymous_key(asset.kind, properties)
    if not version:
        same = find_same(service, asset.kind, name, properties)
        if same and same_words(same, properties, asset.body):
            return same
        version = same["name"] if same else next_version(service, asset.kind, name)
        properties = with_words(same, properties) if same else properties
    path = f"{asset.kind}/{name}/versions/{version}"
    return service.put(path, {**asset.body, "properties": properties})


def _with_address(service: Service, asset: AssetFile) -> dict[str, Any]:
    """The properties, with the address of the files after they were uploaded."""
    properties = dict(asset.body.get("properties") or {})
    if isinstance(content := properties.get("condaFile"), dict):
        properties["condaFile"] = _yaml(content)
    if asset.path is None:
        return properties
    uri = asset.path
    if isinstance(uri, LocalPath):
        uploaded = upload_hashed(service, hash_folder(uri.path), kind=asset.kind)
        uri = _whole(service, uploaded.uri)
    return properties | {URI_FIELDS[asset.kind]: uri}


def _yaml(content: JSON) -> str:
    """As the official client writes it: the same content is the same text."""
    import yaml  # noqa: PLC0415  # only environments wait for it

    return str(yaml.safe_dump(content, sort_keys=True, allow_unicode=True))


def _whole(service: Service, uri: str) -> str:
    """`azureml://datastores/...` with its workspace, as the official client writes it."""
    _, _, subscription, _, group, _, _, _, workspace = service.workspace.split("/")
    own = f"subscriptions/{subscription}/resourcegroups/{group}/workspaces/{workspace}"
    return uri.replace("azureml://", f"azureml://{own}/", 1)


def _anonymous_key(kind: str, properties: JSON) -> tuple[str, str]:
    content = {key: properties.get(key) for key in CONTENT}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return (ANONYMOUS_ENVIRONMENT, digest) if kind == ENVIRONMENTS else (digest, "1")


def _register_code(service: Service, asset: AssetFile) -> JSON:
    properties = dict(asset.body.get("properties") or {}) | {"isAnonymous": not asset.name}
    if not isinstance(asset.path, LocalPath):
        return _put_code(service, asset, properties | {"codeUri": asset.path})
    hashed = hash_folder(asset.path.path)
    same = _find_code(service, hashed)
    if same is not None and not asset.name:
        return same
    uploaded = upload_hashed(service, hashed, kind=CODES)
    marks = {"hash_sha256": uploaded.sha256, "hash_version": RULE}
    own = dict(properties.get("properties") or {}) | marks
    return _put_code(service, asset, properties | {"codeUri": uploaded.uri, "properties": own})


def _find_code(service: Service, hashed: HashedFiles) -> JSON:
    query = {"hash": hashed.content.sha256, "hashVersion": RULE}
    found = service.get(f"codes/{uuid.uuid4()}/versions", query)["value"]
    return found[0] if found else None


def _put_code(service: Service, asset: AssetFile, properties: JSON) -> JSON:
    name = asset.name or str(uuid.uuid4())
    version = asset.version or (next_version(service, CODES, name) if asset.name else "1")
    path = f"codes/{name}/versions/{version}"
    return service.put(path, {**asset.body, "properties": properties})
