"""Fetch one file by a signed link: in pieces, resumed after a break, whole or not at all.

1. ask from where the last try stopped, for the same file (Range, If-Match)
2. write what comes beside the target; a break begins 1 again, an expired link gets a new one
3. check size and SHA-256, and only then give the file its name
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.response import addinfourl

from cli.connection.service import Service
from cli.connection.transport import BROKEN
from cli.console import Bar
from cli.downloads.partial import Partial
from cli.downloads.save import unwritable
from cli.errors import CommandError, Unreachable

PIECE = 1 << 16
FRUITLESS_TRIES = 6
"""In a row, each without a byte: then the store is away."""
PAUSE_S = 0.5
LINK_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, *range(500, 600)})


@dataclass(frozen=True)
class RemoteFile:
    """`link` gives a link that is good now, in the place of one that was refused ('': none was).

    `size` None and `sha256` '' are not known before.
    """

    name: str
    link: Callable[[str], str]
    size: int | None = None
    sha256: str = ""


class _Interrupted(Exception):
    """One try is over; the next may get further."""


def is_there(file: RemoteFile, target: Path) -> bool:
    """The target is this very file already."""
    return bool(file.sha256) and target.is_file() and _sha256(target) == file.sha256


def fetch(service: Service, file: RemoteFile, target: Path, bar: Bar) -> None:
    """Download the file to the target, which is replaced at once; alone in its folder.

    Raises CommandError when the store refuses it, is away, or gives other bytes than it should.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = _Fetch(service, file, target, bar).complete()
        _check(file, partial)
        partial.finish()
    except OSError as error:
        raise unwritable(target, error) from error


class _Fetch:
    def __init__(self, service: Service, file: RemoteFile, target: Path, bar: Bar) -> None:
        self._service = service
        self._file = file
        self._target = target
        self._bar = bar
        self._link = file.link("")
        self._partial = Partial.find(target)
        if self._partial:
            bar.skip(self._partial.size)

    def complete(self) -> Partial:
        """Try until the file is whole; raises CommandError after too many tries in vain."""
        fruitless = 0
        while True:
            before = self._partial
            size = before.size if before else 0
            try:
                return self._try()
            except _Interrupted as error:
                has_more = self._partial is not None and self._partial.size > size
                fruitless = 0 if has_more else fruitless + 1
                if fruitless >= FRUITLESS_TRIES:
                    raise self._gave_up(error) from error
            time.sleep(PAUSE_S * fruitless)

    def _try(self) -> Partial:
        """One request; raises _Interrupted when it did not bring the rest."""
        try:
            with self._service.open_link(self._link, self._conditions()) as reply:
                return self._read(reply)
        except BROKEN as error:
            reason = getattr(error, "reason", error)
            raise _Interrupted(str(reason) or type(error).__name__) from error

    def _conditions(self) -> dict[str, str]:
        if not self._partial or not self._partial.etag or not self._partial.size:
            return {}
        return {"Range": f"bytes={self._partial.size}-", "If-Match": self._partial.etag}

    def _read(self, reply: addinfourl) -> Partial:
        status = reply.status
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and self._partial:
            return self._end_of_range(reply)
        if status == HTTPStatus.PRECONDITION_FAILED:
            self._forget()
            raise _Interrupted("the file was changed meanwhile")
        if status in LINK_REFUSED:
            self._link = self._file.link(self._link)
            raise _Interrupted("the link was refused")
        if status in BUSY:
            raise _Interrupted(f"the store answered {status}")
        if status not in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
            raise CommandError(
                f"'{self._file.name}' cannot be downloaded: the store answered {status}.",
                fix="It may have been deleted or moved since; look at the job: bep job show.",
            )
        return self._write(reply, is_new=status == HTTPStatus.OK)

    def _write(self, reply: addinfourl, *, is_new: bool) -> Partial:
        if is_new or self._partial is None:
            self._forget()
            self._partial = Partial(self._target, reply.headers.get("ETag", ""))
        expected = int(reply.headers.get("Content-Length") or -1)
        came = 0
        with self._partial.open(is_new=is_new) as out:
            while piece := _read_piece(reply):
                out.write(piece)
                came += len(piece)
                self._bar.advance(len(piece))
        if 0 <= came < expected:
            raise _Interrupted("the connection broke off")
        return self._partial

    def _end_of_range(self, reply: addinfourl) -> Partial:
        """Nothing is left to send: it was complete, or it is another file."""
        whole = reply.headers.get("Content-Range", "").rpartition("/")[2]
        if self._partial and whole == str(self._partial.size):
            return self._partial
        self._forget()
        raise _Interrupted("the file was changed meanwhile")

    def _forget(self) -> None:
        """Begin anew: what is there belongs to another file, or cannot be continued."""
        if self._partial:
            self._bar.skip(-self._partial.size)
            self._partial.discard()
        self._partial = None

    def _gave_up(self, error: _Interrupted) -> CommandError:
        return Unreachable(
            f"'{self._file.name}' could not be downloaded whole: {error}.",
            fix="Repeat the command when the store answers: it goes on where it stopped.",
        )


def _read_piece(reply: addinfourl) -> bytes:
    """The next bytes; b'' at the end. What a disk refuses is no broken connection."""
    try:
        return reply.read(PIECE)
    except BROKEN as error:
        raise _Interrupted(str(error) or type(error).__name__) from error
    except OSError as error:
        raise _Interrupted(error.strerror or str(error)) from error


def _check(file: RemoteFile, partial: Partial) -> None:
    """Raises CommandError, and removes what is there, unless it is what was promised."""
    size = partial.size
    if file.size is not None and size != file.size:
        partial.discard()
        raise _damaged(file, f"it has {size} bytes, and should have {file.size}")
    if file.sha256 and (digest := _sha256(partial.path)) != file.sha256:
        partial.discard()
        raise _damaged(file, f"its SHA-256 is {digest}, and the receipt's {file.sha256}")


def _damaged(file: RemoteFile, what: str) -> CommandError:
    return CommandError(
        f"'{file.name}' is not what the job wrote: {what}. It was not kept.",
        fix="Download it again; if that ends alike, somebody changed it in the store.",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
