# ruff: noqa: ARG002 - a port's methods have its parameters, whether they are needed or not
"""What a place can do that has single files to read: it lists nothing, and takes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn

from shared.domain import place
from shared.domain.errors import InvalidRequest
from shared.ports import BlobItem


class SingleFiles:
    """The methods of the `Blobs` port that need a store."""

    def container_exists(self, container: str) -> bool:
        return True

    def list_blobs(self, container: str, prefix: str = "") -> Iterator[BlobItem]:
        return iter(())

    def list_folders(self, container: str, prefix: str = "") -> Iterator[str]:
        return iter(())

    def list_names(
        self, container: str, prefix: str = "", start_after: str = "", *, at_once: int = 0
    ) -> Iterator[str]:
        return iter(())

    def ensure_container(self, container: str) -> None:
        _refuse(container)

    def delete_container(self, container: str) -> None:
        _refuse(container)

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
        _refuse(container)

    def delete(self, container: str, name: str, *, if_match: str = "") -> None:
        _refuse(container)

    def copy(
        self,
        source: tuple[str, str],
        target: tuple[str, str],
        *,
        if_match: str,
        metadata: Mapping[str, str],
    ) -> bool:
        _refuse(target[0])

    def stage(self, container: str, name: str, block_id: str, data: bytes) -> None:
        _refuse(container)

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
        _refuse(container)


def _refuse(container: str) -> NoReturn:
    raise InvalidRequest(
        f"'{place.words(container)}' is a web server or another cloud's bucket: nothing is written "
        "there.",
        fix="Write to a datastore.",
        target="output",
    )
