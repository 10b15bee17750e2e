"""Upload a folder or a file: hashed first, and only what is not there yet.

1. list the files, and hash their names and bytes
2. choose where they go: models and data below their hash in the default datastore, where the same
   content is found again; code into a container of its own, which nobody else may write
3. list what is there, and send the rest
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from knack.log import get_logger

from cli.connection.service import Service
from cli.console import Console, size_text
from cli.storage.blob_listing import list_blobs
from cli.storage.container import DEFAULT_DATASTORE, Container, open_datastore, open_new
from cli.uploads.content_hash import ContentHash, hash_files
from cli.uploads.local_files import UploadFile, check_name, list_files
from cli.uploads.send_files import OutgoingFile, send_files
from cli.uploads.upload_result import UploadResult

CODES = "codes"
FOLDER = "LocalUpload"
"""The official client's, below which a folder's name is its hash."""
NOTICE_BYTES = 100_000_000

log = get_logger(__name__)


@dataclass(frozen=True)
class HashedFiles:
    """`name` is the folder's own name; of one file, ''."""

    files: tuple[UploadFile, ...]
    content: ContentHash
    name: str

    @property
    def bytes(self) -> int:
        return sum(file.size for file in self.files)


def upload_folder(service: Service, path: Path, *, kind: str) -> UploadResult:
    """`kind` is `models`, `data` or `codes`. Raises UsageError and CommandError."""
    return upload_hashed(service, hash_folder(path), kind=kind)


def hash_folder(path: Path) -> HashedFiles:
    """Raises UsageError for what cannot be uploaded."""
    files = list_files(path)
    name = path.absolute().resolve().name if path.is_dir() else ""
    if name:
        check_name(path, name)
    with Console().bar("Hashing", sum(file.size for file in files)) as bar:
        return HashedFiles(tuple(files), hash_files(files, bar), name)


def upload_hashed(service: Service, hashed: HashedFiles, *, kind: str) -> UploadResult:
    if kind == CODES:
        container, prefix = open_new(service, CODES), ""
        base = f"{container.url}/"
    else:
        container, prefix = open_datastore(service), f"{FOLDER}/{hashed.content.sha256}/"
        base = f"azureml://datastores/{DEFAULT_DATASTORE}/paths/{prefix}"
    waiting = _missing(container, hashed, prefix)
    _send(container, waiting)
    own = hashed.name or hashed.files[0].name
    return UploadResult(
        uri=base + (quote(own) if kind == CODES else own),
        sha256=hashed.content.sha256,
        bytes=hashed.bytes,
        files=len(hashed.files),
        skipped=len(hashed.files) - len(waiting),
        is_file=not hashed.name,
    )


def _missing(container: Container, hashed: HashedFiles, prefix: str) -> list[OutgoingFile]:
    """What is not there yet: below its hash, a blob of that name and size is that file."""
    there = {blob.name: blob.size for blob in list_blobs(container, prefix)} if prefix else {}
    inside = f"{prefix}{hashed.name}/" if hashed.name else prefix
    pairs = zip(hashed.files, hashed.content.checksums, strict=True)
    every = [OutgoingFile(file, f"{inside}{file.name}", checksum) for file, checksum in pairs]
    return [one for one in every if there.get(one.blob) != one.file.size]


def _send(container: Container, waiting: Sequence[OutgoingFile]) -> None:
    total = sum(one.file.size for one in waiting)
    if total > NOTICE_BYTES:
        log.warning(
            "Uploading %s in %d file(s). A line in .amlignore leaves out what is not needed.",
            size_text(total),
            len(waiting),
        )
    with Console().bar("Uploading", total) as bar:
        send_files(container, waiting, bar)
