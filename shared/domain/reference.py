"""How people name inputs, outputs and assets: Azure ML's reference grammar.

- a path in a datastore: `azureml://datastores/<datastore>/paths/<path>`, and the same after a
  workspace: `azureml://subscriptions/.../workspaces/<workspace>/datastores/...`, or its ARM id
- `https://<account>/<container>/<path>`: a blob or a folder by its URL, in whatever account, or a
  file of a web server; `wasbs://` and `abfss://` name blobs as Spark and Hadoop do
- `s3://<bucket>/<path>`, `gs://<bucket>/<path>`: in a bucket of another cloud, which a datastore
  opens
- an asset: `azureml:<name>:<version>`, `azureml:<name>@latest`, and after a workspace
  `<kind>/<name>/versions/<version>` or, for a label, `.../versions/labels/latest`

A workspace is an ARM id, with or without `azureml:` before it, or `azureml://` and its subscription
and resource group, or its location. A path is one that a blob can have, and holds no secret.
"""

import re
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import Field

from shared.domain.asset import AssetId
from shared.domain.blob_address import as_blob_url, is_url, without_suffix
from shared.domain.blob_name import NO_CHARACTER, problem_with
from shared.domain.bucket_path import BucketPath, bucket_path
from shared.domain.errors import InvalidRequest
from shared.domain.message import Message
from shared.domain.names import LOCAL_COMPUTE

LATEST, PREFIX = "latest", "azureml:"
SHAPES = (
    "Use azureml://datastores/<datastore>/paths/<path>, azureml:<data>:<version>, "
    "a data asset's id, the https URL of a blob, a folder or a file, abfss:// and wasbs://, or "
    "s3:// and gs:// of a bucket that a datastore opens."
)

_WORKSPACE = (
    r"(?:(?:azureml:)?//?subscriptions/[^/]+/resourcegroups/[^/]+"
    r"(?:/providers/Microsoft\.MachineLearningServices)?"
    r"|azureml://locations/[^/]+)/workspaces/[^/]+/"
)
_DATASTORES = rf"(?:{_WORKSPACE}|(?:azureml:)?///?)datastores/"
_DATASTORE = re.compile(
    r"(?:(?:azureml:)?/(?:.*/)?datastores/|azureml:)?(?P<name>[-\w]+)/?", re.IGNORECASE
)
_DATASTORE_PATH = re.compile(
    rf"{_DATASTORES}(?P<datastore>[^/]+)/paths(?:/(?P<path>.*))?", re.IGNORECASE | re.DOTALL
)
_ASSET_ID = re.compile(
    rf"{_WORKSPACE}(?P<kind>[a-z]+)/(?:azureml:)?(?P<name>[^/]+)"
    r"(?:/versions/(?P<version>[^/]+)|(?:/versions)?/labels/(?P<label>[^/]+))",
    re.IGNORECASE,
)
_COMPUTE = re.compile(
    rf"(?:{_WORKSPACE}computes/)?(?:azureml:)?(?P<name>[-A-Za-z0-9_.]+)", re.IGNORECASE
)
_ASSET = re.compile(r"azureml:(?P<name>[^:/@]+)(?::(?P<version>[^:/@]+)|@(?P<label>[^:/@]+))")
_USER = re.compile(r"https?:[/\\]*[^/\\?#]*@", re.IGNORECASE)
_SIGNATURE = re.compile(r"[?&#]sig=", re.IGNORECASE)
_SLASH = re.compile(r"[/\\]")


class DatastorePath(Message):
    """A blob or a folder inside a datastore; `path` has no leading slash."""

    datastore: str
    path: str

    def __str__(self) -> str:
        return f"azureml://datastores/{self.datastore}/paths/{self.path}"


class BlobUrl(Message):
    """A blob or a folder by its URL. Its `query` may be a secret, a SAS: it is shown nowhere."""

    host: str
    path: str
    scheme: str = "https"
    query: str = Field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}{self.path}"


type InputReference = DatastorePath | BlobUrl | BucketPath | AssetId


def parse_input(text: str, *, target: str, noun: str = "an input") -> InputReference:
    """Read the address of an input, or of `noun`.

    Raises InvalidRequest, naming `target`, when it is none of the shapes above.
    """
    if match := _DATASTORE_PATH.fullmatch(text):
        return _datastore_path(match, text, target)
    if (asset := _asset(text, "data")) is not None:
        return asset
    if (found := bucket_path(text)) is not None:
        _check_path(found.path, text, target)
        return found
    check_anonymous(text, target=target)
    parts = _split(as_blob_url(text))
    if parts.scheme in {"http", "https"} and parts.netloc:
        path = unquote(parts.path)
        _check_path(path.removeprefix("/"), text, target)
        return BlobUrl(host=parts.netloc.lower(), path=path, scheme=parts.scheme, query=parts.query)
    raise InvalidRequest(
        f"'{_quote(text)}' is not the address of {noun}.", fix=SHAPES, target=target
    )


def parse_datastore_path(text: str, *, target: str) -> DatastorePath:
    """Read a path in a datastore, or raise InvalidRequest naming `target`."""
    if match := _DATASTORE_PATH.fullmatch(text):
        return _datastore_path(match, text, target)
    raise InvalidRequest(
        f"'{_quote(text)}' is not a path in a datastore.",
        fix="Use azureml://datastores/<datastore>/paths/<path>.",
        target=target,
    )


def parse_datastore(text: str, *, target: str) -> str:
    """The name of a datastore, from its id, `azureml:<name>` or the name; or InvalidRequest."""
    if match := _DATASTORE.fullmatch(text):
        return match["name"]
    raise InvalidRequest(
        f"'{_quote(text)}' does not name a datastore.",
        fix="Use the datastore's ARM id (.../datastores/<name>) or its name.",
        target=target,
    )


def unsigned(text: str) -> str:
    """The reference as it may be kept: a URL loses its query, which may hold a signature."""
    return re.split(r"[?#]", without_suffix(text), maxsplit=1)[0] if is_url(text) else text


def without_signature(text: str) -> str:
    """The text; if it is a URL with a signature, without its query."""
    return unsigned(text) if _SIGNATURE.search(text) else text


def check_anonymous(text: str, *, target: str) -> None:
    """Raise InvalidRequest for a URL with a user name or a password, without repeating them."""
    if _USER.match(text):
        raise InvalidRequest(
            f"The URL '{_quote(text)}' has a user name or password before the '@'.",
            fix="Leave them out: the service reads its storage account by its own rights.",
            target=target,
        )


def parse_compute(text: str, *, target: str) -> str:
    """The name of a compute, from its ARM id, `azureml:<name>` or the name itself.

    Raises InvalidRequest naming `target`, for `local` too: batch endpoints have no such compute.
    """
    match = _COMPUTE.fullmatch(text)
    if match is None:
        raise InvalidRequest(
            f"'{_quote(text)}' does not name a compute.",
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
            f"'{_quote(text)}' does not name one of the workspace's {kind}.",
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
    if _SIGNATURE.search(path):
        raise InvalidRequest(
            f"'{_quote(text)}' is followed by a signature.",
            fix="Leave out what begins with '?': the service reads datastores by its own rights.",
            target=target,
        )
    _check_path(path, text, target)
    return DatastorePath(datastore=match["datastore"], path=path)


def _check_path(path: str, text: str, target: str) -> None:
    """Raise InvalidRequest for a path that no blob or folder can have; a last slash is none's."""
    name = path.removesuffix("/")
    if problem := _problem(name) if name else "":
        raise InvalidRequest(
            f"{_quote(text)!r} is not the path of a blob or folder: {problem}.",
            fix="Name the path without it.",
            target=target,
        )


def _problem(name: str) -> str:
    if "" in name.split("/"):
        return "a segment of it is empty"
    if problem := problem_with(name):
        return problem
    # Clients and proxies may decode once more.
    is_climbing = bool({".", ".."} & set(unquote(name).split("/")))
    return "a segment of it is an encoded '.' or '..'" if is_climbing else ""


def _split(text: str) -> SplitResult:
    """The URL's parts; of what is no URL, or would not be kept as it is read, they are empty."""
    try:
        parts = urlsplit("" if NO_CHARACTER.search(text) else text)
        _ = parts.port
    except ValueError:  # brackets that hold no address, a port that is no number
        return urlsplit("")
    return parts


def _quote(text: str) -> str:
    """The reference without what may be secret: its query, and who stands before an `@`."""
    if text.lower().startswith(PREFIX):
        hidden = re.sub(r"//[^/]*@", "//***@", text)
    else:  # from the first slash to the last `@`
        begin = _SLASH.search(text)
        before, at, after = text.rpartition("@")
        is_named = begin is not None and bool(at) and begin.start() < len(before)
        hidden = f"{text[: begin.start()]}//***@{after}" if begin and is_named else text
    return hidden.partition("?")[0][:500]
