"""How people name inputs, outputs and assets: Azure ML's reference grammar.

- `azureml://datastores/<datastore>/paths/<path>`, and its long form with subscription, resource
  group and workspace
- `https://<account>/<container>/<path>`: a blob or a folder by its URL
- `azureml:<name>:<version>`, `azureml:<name>@latest`, and the asset's ARM id, with a version or
  a label (`.../versions/labels/latest`), of the workspace or of its location
"""

import re
from urllib.parse import SplitResult, unquote, urlsplit

from shared.domain.asset import AssetId
from shared.domain.errors import InvalidRequest
from shared.domain.message import Message
from shared.domain.names import LOCAL_COMPUTE

LATEST, PREFIX = "latest", "azureml:"
SHAPES = (
    "Use azureml://datastores/<datastore>/paths/<path>, azureml:<data>:<version>, "
    "a data asset's id, or the https URL of a blob or folder in the service's own storage account."
)

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DATASTORE = re.compile(
    r"(?:azureml:)?(?://subscriptions/[^/]+/resourcegroups/[^/]+/workspaces/[^/]+"
    r"|//)/?datastores/(?P<datastore>[^/]+)/paths(?:/(?P<path>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_ASSET_ID = re.compile(
    r"(?:(?:azureml:)?/subscriptions/[^/]+/resourcegroups/[^/]+/providers/"
    r"Microsoft\.MachineLearningServices|azureml://locations/[^/]+)"
    r"/workspaces/[^/]+/(?P<kind>[a-z]+)/(?:azureml:)?(?P<name>[^/]+)"
    r"(?:/versions/(?P<version>[^/]+)|(?:/versions)?/labels/(?P<label>[^/]+))",
    re.IGNORECASE,
)
_COMPUTE = re.compile(
    r"(?:azureml:)?(?:/subscriptions/[^/]+/resourcegroups/[^/]+/providers/"
    r"Microsoft\.MachineLearningServices/workspaces/[^/]+/computes/(?:azureml:)?)?"
    r"(?P<name>[-A-Za-z0-9_.]+)",
    re.IGNORECASE,
)
_ASSET = re.compile(r"azureml:(?P<name>[^:/@]+)(?::(?P<version>[^:/@]+)|@(?P<label>[^:/@]+))")


class DatastorePath(Message):
    """A blob or a folder inside a datastore; `path` has no leading slash."""

    datastore: str
    path: str

    def __str__(self) -> str:
        return f"azureml://datastores/{self.datastore}/paths/{self.path}"


class BlobUrl(Message):
    """A blob or a folder by its URL, without its query: a SAS in it is never kept."""

    host: str
    path: str


type InputReference = DatastorePath | BlobUrl | AssetId


def parse_input(text: str, *, target: str, noun: str = "an input") -> InputReference:
    """Read the address of an input, or of `noun`.

    Raises InvalidRequest, naming `target`, when it is none of the shapes above.
    """
    if match := _DATASTORE.fullmatch(text):
        return _datastore_path(match, text, target)
    if (asset := _asset(text, "data")) is not None:
        return asset
    if (url := _url(text)) is not None:
        return url
    raise InvalidRequest(
        f"'{_shown(text)}' is not the address of {noun}.", fix=SHAPES, target=target
    )


def parse_datastore_path(text: str, *, target: str) -> DatastorePath:
    """Read `azureml://datastores/...`, or raise InvalidRequest naming `target`."""
    if match := _DATASTORE.fullmatch(text):
        return _datastore_path(match, text, target)
    raise InvalidRequest(
        f"'{_shown(text)}' is not a path in a datastore.",
        fix="Use azureml://datastores/<datastore>/paths/<path>.",
        target=target,
    )


def parse_place(text: str, *, target: str, noun: str) -> DatastorePath | BlobUrl:
    """Read where the files of `noun` lie: a datastore's path or a URL.

    Raises InvalidRequest naming `target`.
    """
    if match := _DATASTORE.fullmatch(text):
        return _datastore_path(match, text, target)
    if (url := _url(text)) is not None:
        return url
    is_asset = _ASSET.fullmatch(text) or _ASSET_ID.fullmatch(text)
    names_asset = f"names an asset, not where the files of {noun} lie"
    raise InvalidRequest(
        f"'{_shown(text)}' {names_asset if is_asset else f'is not the address of {noun}'}.",
        fix="Use azureml://datastores/<datastore>/paths/<path>, or the https URL of a folder "
        "in the service's own storage account.",
        target=target,
    )


def unsigned(text: str) -> str:
    """The reference as it may be kept: a URL loses its query, which may hold a signature."""
    is_url = text.lower().startswith(("http://", "https://"))
    return text.partition("?")[0] if is_url else text


def parse_compute(text: str, *, target: str) -> str:
    """The name of a compute, from its ARM id, `azureml:<name>` or the name itself.

    Raises InvalidRequest naming `target`, for `local` too: batch endpoints have no such compute.
    """
    match = _COMPUTE.fullmatch(text)
    if match is None:
        raise InvalidRequest(
            f"'{_shown(text)}' does not name a compute.",
            fix="Use the compute's ARM id (.../computes/<name>), azureml:<name> or its name.",
            target=target,
        )
    if match["name"].lower() == LOCAL_COMPUTE:
        raise InvalidRequest(
            "The compute 'local' is not supported by batch endpoints.",
            fix="Name a cluster that was created before, or leave the compute out.",
            target=target,
        )
    return match["name"]


def parse_asset(text: str, kind: str, *, target: str) -> AssetId:
    """Read a reference to an asset of `kind` (`models`, `data`), or raise InvalidRequest."""
    asset = _asset(text, kind)
    if asset is None:
        raise InvalidRequest(
            f"'{_shown(text)}' does not name one of the workspace's {kind}.",
            fix=f"Use the asset's ARM id (.../{kind}/<name>/versions/<version>) or "
            "azureml:<name>:<version>.",
            target=target,
        )
    return asset


def _asset(text: str, kind: str) -> AssetId | None:
    if match := _ASSET_ID.fullmatch(text):
        if match["kind"].lower() != kind:
            return None
        return AssetId(name=match["name"], version=match["version"] or f"@{match['label']}")
    if match := _ASSET.fullmatch(text):
        return AssetId(name=match["name"], version=match["version"] or f"@{match['label']}")
    return None


def _datastore_path(match: re.Match[str], text: str, target: str) -> DatastorePath:
    path = (match["path"] or "").lstrip("/")
    if CONTROL.search(path) or "\\" in path:
        raise InvalidRequest(
            f"{_shown(text)!r} holds a control character or a backslash.",
            fix="Name the path without it.",
            target=target,
        )
    if any(part in {".", ".."} for part in path.split("/")):
        raise InvalidRequest(
            f"'{_shown(text)}' climbs out of its folder.",
            fix="Name the path without . and .. parts.",
            target=target,
        )
    return DatastorePath(datastore=match["datastore"], path=path)


def _url(text: str) -> BlobUrl | None:
    parts = _split(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    return BlobUrl(host=parts.netloc.rpartition("@")[2].lower(), path=unquote(parts.path))


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:  # brackets that hold no address
        return urlsplit("")


def _shown(text: str) -> str:
    """The reference without its query, which may hold a signature."""
    return text.partition("?")[0][:500]
