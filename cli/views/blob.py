"""Blobs as az storage prints them."""

import mimetypes
from urllib.parse import quote

from cli.answers import JSON
from cli.storage.blob_listing import Blob
from cli.storage.container import Container


def blob_view(container: Container, blob: Blob) -> JSON:
    return {
        "container": container.name,
        "deleted": None,
        "name": blob.name,
        "properties": {
            "blobType": "BlockBlob",
            "contentLength": blob.size,
            "etag": blob.etag,
            "lastModified": blob.modified.isoformat(),
        },
        "snapshot": None,
    }


def sent_view(container: Container, blob: Blob) -> JSON:
    """What upload-batch says of each."""
    return {
        "Blob": f"{container.url}/{quote(blob.name)}",
        "Last Modified": blob.modified.isoformat(),
        "Type": mimetypes.guess_type(blob.name)[0] or "application/octet-stream",
        "eTag": f'"{blob.etag}"',
    }
