"""Blob storage in an Azure storage account, or in Azurite.

A write with `if_absent` or `if_match` is tried once, never repeated behind the caller's back:
a repeat after a lost answer would meet its own success and call it somebody else's. If the
answer is lost, `ServiceUnavailable` is raised and the write may have happened: the caller's
own repeat then meets `Conflict`, and knows its own earlier success by the blob's metadata.
A caller that does so may have the write repeated here (`is_repeatable`), in place.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

from azure.core import MatchConditions
from azure.core.credentials import TokenCredential
from azure.storage.blob import BlobBlock, BlobClient, ContainerClient, ContentSettings

from shared.adapters.azure_account import PIECE, AzureAccount
from shared.adapters.azure_bytes import (
    NOT_REPEATED,
    AnyNameBytes,
    Draft,
    FastBytes,
    Opened,
    condition,
    cut,
    is_plain,
    pieces_of,
    range_of,
    save,
    unquoted,
)
from shared.adapters.azure_copy import LARGEST, Copies
from shared.adapters.azure_errors import changed, translated
from shared.adapters.azure_listing import folders, listing, names
from shared.adapters.blob_names import check_container, check_names, may_begin_a_name
from shared.domain.blob_name import listing_order
from shared.domain.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    PreconditionFailed,
    ServiceUnavailable,
)
from shared.ports import BlobContent, BlobItem, BlobProperties


class AzureBlobs:
    """The `Blobs` port. Metadata names are lower-case; values are ASCII."""

    def __init__(self, account: AzureAccount) -> None:
        self._account = account
        self._fast = FastBytes(account)
        self._any_name = AnyNameBytes(account)
        self._copies = Copies(account)

    @classmethod
    def from_connection_string(cls, text: str) -> Self:
        return cls(AzureAccount.from_connection_string(text))

    @classmethod
    def from_account(cls, url: str, credential: TokenCredential) -> Self:
        """With an identity instead of a key: `url` is `https://<account>.blob.core.windows.net`."""
        return cls(AzureAccount.from_account(url, credential))

    def close(self) -> None:
        self._account.close()

    def ensure_container(self, container: str) -> None:
        check_container(container)
        with suppress(Conflict), translated(container):
            self._account.service.create_container(container)

    def delete_container(self, container: str) -> None:
        check_container(container)
        with suppress(NotFound), translated(container):
            self._account.service.delete_container(container)

    def container_exists(self, container: str) -> bool:
        check_container(container)
        with translated(container):
            return self._account.service.get_container_client(container).exists()

    def read(self, container: str, name: str) -> BlobContent:
        opened = self._open(container, name)
        data = b"".join(cut(container, name, opened, PIECE))
        return BlobContent(data, opened.describe().etag)

    def read_range(
        self, container: str, name: str, start: int, length: int, *, if_match: str = ""
    ) -> bytes:
        check_names(container, name)
        return range_of(self._bytes(name), (container, name), start, length, if_match)

    def head(self, container: str, name: str) -> BlobProperties:
        check_names(container, name)
        with translated(container, name):
            return self._bytes(name).head(container, name)

    def exists(self, container: str, name: str) -> bool:
        try:
            self.head(container, name)
        except NotFound:
            return False
        return True

    def write(
        self,
        container: str,
        name: str,
        data: bytes,
        *,
        if_match: str = "",
        if_absent: bool = False,
        is_repeatable: bool = False,
        metadata: Mapping[str, str] | None = None,
        content_type: str = "application/octet-stream",
    ) -> str:
        check_names(container, name)
        draft = Draft(data, metadata or {}, content_type, if_match, if_absent)
        if not is_repeatable:
            return self._put(self._bytes(name), container, name, draft)
        with suppress(ServiceUnavailable):
            return self._put(self._bytes(name), container, name, draft)
        # obstore repeats no conditional write whose answer was lost: Microsoft's client does.
        return self._put(self._any_name, container, name, replace(draft, is_repeatable=True))

    def delete(self, container: str, name: str, *, if_match: str = "") -> None:
        check_names(container, name)
        options = condition(if_match) | {"delete_snapshots": "include"}
        try:
            with suppress(NotFound), translated(container, name):
                self._blob(container, name).delete_blob(**options)
        except PreconditionFailed:
            if self.exists(container, name):  # a blob that is gone fails the condition too
                raise

    def list_blobs(self, container: str, prefix: str = "") -> Iterator[BlobItem]:
        yield from self._listed(container, prefix, lambda client: listing(client, prefix))

    def list_folders(self, container: str, prefix: str = "") -> Iterator[str]:
        yield from self._listed(container, prefix, lambda client: folders(client, prefix))

    def list_names(
        self, container: str, prefix: str = "", start_after: str = "", *, at_once: int = 0
    ) -> Iterator[str]:
        # A listing begins with the name that it starts from.
        size, before = at_once + 1 if at_once else 0, listing_order(start_after)

        def read(client: ContainerClient) -> Iterator[str]:
            return names(client, prefix, start_after, size)

        for name in self._listed(container, prefix, read):
            if not start_after or listing_order(name) > before:
                yield name

    def download(self, container: str, name: str, path: Path, *, if_match: str = "") -> int:
        opened = self._open(container, name, if_match=if_match)
        try:
            return save(pieces_of(container, name, opened), path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def chunks(self, container: str, name: str, *, size: int = 8 << 20) -> Iterator[bytes]:
        opened = self._open(container, name, size=size)
        yield from cut(container, name, opened, size)

    def copy(
        self,
        source: tuple[str, str],
        target: tuple[str, str],
        *,
        if_match: str,
        metadata: Mapping[str, str],
    ) -> bool:
        found = self.head(*source)
        if found.etag != if_match:
            raise changed(*source)
        check_names(*target)
        try:
            with translated(*target, if_absent=True):
                self._copies.copy(source, target, if_match, metadata)
        except (InvalidRequest, NotFound, ServiceUnavailable):  # it may not sign, or not copy
            return False
        except Conflict:  # which may also be said of what is too large
            if found.size <= LARGEST or self.exists(*target):
                raise
            return False
        return True

    def stage(self, container: str, name: str, block_id: str, data: bytes) -> None:
        check_names(container, name)
        with translated(container, name):  # with its MD5: without, Azurite computes a slow CRC64
            self._blob(container, name).stage_block(block_id, data, validate_content=True)

    def commit(
        self,
        container: str,
        name: str,
        block_ids: Sequence[str],
        *,
        if_absent: bool = False,
        is_repeatable: bool = False,
        metadata: Mapping[str, str] | None = None,
        content_type: str = "application/octet-stream",
    ) -> str:
        check_names(container, name)
        with translated(container, name, if_absent=if_absent):
            committed = self._blob(container, name).commit_block_list(
                [BlobBlock(block_id) for block_id in block_ids],
                content_settings=ContentSettings(content_type=content_type),
                metadata=dict(metadata or {}),
                match_condition=MatchConditions.IfMissing if if_absent else None,
                **(NOT_REPEATED if if_absent and not is_repeatable else {}),
            )
        return unquoted(str(committed["etag"]))

    def _blob(self, container: str, name: str) -> BlobClient:
        return self._account.service.get_blob_client(container, name)

    def _bytes(self, name: str) -> FastBytes | AnyNameBytes:
        return self._fast if is_plain(name) else self._any_name

    @staticmethod
    def _put(by: FastBytes | AnyNameBytes, container: str, name: str, draft: Draft) -> str:
        with translated(container, name, if_absent=draft.if_absent):
            return by.put(container, name, draft)

    def _open(self, container: str, name: str, *, if_match: str = "", size: int = PIECE) -> Opened:
        check_names(container, name)
        with translated(container, name):
            return self._bytes(name).open(container, name, if_match=if_match, size=size)

    def _listed[T](
        self, container: str, prefix: str, read: Callable[[ContainerClient], Iterator[T]]
    ) -> Iterator[T]:
        check_container(container)
        if may_begin_a_name(prefix):
            with translated(container):
                yield from read(self._account.service.get_container_client(container))
