"""Blobs by plain HTTP requests to signed URLs: a seventh of what the storage SDK costs a file."""

import base64
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

from benchmarks.peers.task import Task

VERSION = {"x-ms-version": "2024-11-04"}
VALID = timedelta(hours=8)


class SignedUrls:
    def __init__(self, task: Task) -> None:
        from azure.storage.blob import (  # noqa: PLC0415  # half a second that not all need
            AccountSasPermissions,
            ResourceTypes,
            generate_account_sas,
        )

        account = dict(part.split("=", 1) for part in task.connection.split(";") if part)
        self._base = f"{account['BlobEndpoint'].rstrip('/')}/{task.container}"
        self._signature = generate_account_sas(
            account["AccountName"],
            account["AccountKey"],
            ResourceTypes(object=True),
            AccountSasPermissions(read=True, write=True, create=True),
            datetime.now(UTC) + VALID,
        )

    def of(self, name: str, query: str = "") -> str:
        return f"{self._base}/{quote(name)}?{query}{self._signature}"


class Stager:
    """Stages blocks of the output over one kept connection."""

    def __init__(self, task: Task) -> None:
        self._urls = SignedUrls(task)
        self._output = task.output
        host = urlsplit(self._urls.of(task.output))
        self._connection = HTTPConnection(str(host.hostname), host.port)

    def stage(self, block: str, data: bytes) -> None:
        encoded = quote(base64.b64encode(block.encode()).decode(), safe="")
        url = urlsplit(self._urls.of(self._output, f"comp=block&blockid={encoded}&"))
        self._connection.request("PUT", f"{url.path}?{url.query}", data, VERSION)
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.status != HTTPStatus.CREATED:
            raise RuntimeError(f"Staging was answered {answer.status}: {told!r}")
