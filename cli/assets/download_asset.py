"""Download the files of a registered asset."""

from pathlib import Path

from knack.log import get_logger

from cli.answers import JSON
from cli.assets.kinds import URI_FIELDS
from cli.connection.service import Service
from cli.errors import ResourceNotFound
from cli.storage.blob_listing import Blob, find_blob, list_blobs
from cli.storage.fetch_files import IncomingFile, fetch_files, path_in
from cli.storage.open_container import open_reference

log = get_logger(__name__)


def download_asset(service: Service, kind: str, name: str, document: JSON, into: Path) -> None:
    """Its folder's files into `<into>/<name>/`, as az ml does; of a file, that file."""
    uri = document["properties"][URI_FIELDS[kind]]
    container, path = open_reference(service, uri)
    path = path.strip("/")
    blobs = list(list_blobs(container, f"{path}/" if path else ""))
    if not blobs and (blob := find_blob(container, path)):
        blobs = [blob]
    if not blobs:
        raise ResourceNotFound(f"There is no file at '{uri}'.", fix="Register the asset again.")
    folder = path_in(into, name)
    files = [IncomingFile(blob, path_in(folder, _relative(blob, path))) for blob in blobs]
    fetch_files(container, files)
    log.warning("Downloaded %d file(s) to '%s'.", len(files), folder)


def _relative(blob: Blob, path: str) -> str:
    if blob.name == path:
        return path.rpartition("/")[2]
    return blob.name[len(path) :].lstrip("/")
