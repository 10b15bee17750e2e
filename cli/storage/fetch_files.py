"""Fetches blobs into local files, side by side: each file appears complete, or not at all.

A connection that breaks is taken up again at the byte where it broke. What is there already, of the
blob's size and time, is not fetched again.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cli.console import Bar, Console
from cli.errors import CommandError
from cli.storage.blob_listing import Blob
from cli.storage.container import Container
from cli.storage.side_by_side import SideBySide
from cli.storage.storage_errors import storage_errors

AT_ONCE = 8
PIECE = 4 << 20
TRIES = 5
"""Of one blob, each going on where the last one broke."""


@dataclass(frozen=True)
class IncomingFile:
    blob: Blob
    path: Path

    @property
    def is_there(self) -> bool:
        try:
            facts = self.path.stat()
        except OSError:
            return False
        is_same_time = int(facts.st_mtime) == int(self.blob.modified.timestamp())
        return is_same_time and facts.st_size == self.blob.size


def path_in(folder: Path, name: str) -> Path:
    """Where a blob goes; raises CommandError for a name that leads out of the folder."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or {".", ".."} & set(name.split("/")) or "\0" in name:
        raise CommandError(
            f"The blob {name!a} has a name that no file of '{folder}' can have.",
            fix="Leave it out by --pattern.",
        )
    return folder.joinpath(*parts)


def fetch_files(container: Container, files: Sequence[IncomingFile]) -> None:
    """Raises CommandError for the first that fails; complete ones stay."""
    waiting = [one for one in files if not one.is_there]
    transfers = SideBySide()
    with Console().bar("Downloading", sum(one.blob.size for one in waiting)) as bar:
        fetcher = _Fetcher(container, bar, transfers)
        transfers.run(fetcher.fetch, waiting, AT_ONCE)


@dataclass(frozen=True)
class _Fetcher:
    container: Container
    bar: Bar
    transfers: SideBySide

    def fetch(self, one: IncomingFile) -> None:
        if one.path.exists() and not one.path.is_file():
            self._write(one, one.path)  # a device; a folder refuses
            return
        one.path.parent.mkdir(parents=True, exist_ok=True)
        draft = one.path.with_name(f".{one.path.name[:200]}.part")
        try:
            self._write(one, draft)
            time = one.blob.modified.timestamp()
            os.utime(draft, (time, time))
            draft.replace(one.path)
        finally:
            draft.unlink(missing_ok=True)

    def _write(self, one: IncomingFile, path: Path) -> None:
        try:
            with path.open("wb") as file:
                for piece in _read(self.container, one.blob):
                    self.transfers.check()
                    file.write(piece)
                    self.bar.advance(len(piece))
        except OSError as error:
            raise CommandError(
                f"'{one.path}' cannot be written: {error.strerror}.",
                fix="Free some space or name another place, and repeat the command.",
            ) from None


def _read(container: Container, blob: Blob) -> Iterator[bytes]:
    """The blob's bytes, as it was listed; a few breaks of the connection are bridged."""
    from obstore.exceptions import BaseError, PreconditionError  # noqa: PLC0415  # when needed

    done = 0
    for attempt in range(1, TRIES + 1):
        with storage_errors(container, blob.name):
            try:
                for piece in _open(container, blob, done):
                    done += len(piece)
                    yield piece
            except PreconditionError:
                raise _changed(blob) from None
            except BaseError:
                if attempt == TRIES:
                    raise
            else:
                return


def _open(container: Container, blob: Blob, offset: int) -> Iterator[bytes]:
    import obstore  # noqa: PLC0415  # only what moves bytes waits for it

    if offset == blob.size:
        return
    answer = obstore.get(
        container.store,
        blob.name,
        options={"range": {"offset": offset}, "if_match": f'"{blob.etag}"'},
    )
    yield from (bytes(piece) for piece in answer.stream(min_chunk_size=PIECE))


def _changed(blob: Blob) -> CommandError:
    return CommandError(
        f"The blob '{blob.name}' changed while it was downloaded.", fix="Repeat the command."
    )
