"""The rows of a job that has not completed, fetched in pieces into one file, with a receipt beside.

1. ask which pieces there are, in input order, and append each, checked against its digests
2. a piece that is gone was joined with others meanwhile: begin again with what there is now
3. only then give the rows their name, and write the receipt that says what is missing
"""

import gzip
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import IO
from urllib.response import addinfourl

from cli.answers import JSON
from cli.connection.service import Service
from cli.connection.transport import BROKEN
from cli.console import Console, size_text
from cli.downloads.alone import alone_in
from cli.downloads.job_outputs import target_path
from cli.downloads.save import save, unwritable
from cli.errors import Unreachable
from cli.following.job_addresses import address_of

RECEIPT = "receipt.json"
PIECE = 1 << 16
# A shard is closed every few seconds at most; a store that is away is so for longer.
TRIES = 6
PAUSE_S = 0.5
"""As the service names packed files."""
GZIP = "gzip"


class _Moved(Exception):
    """A piece is not there any more, or did not come whole: the list has to be asked again."""


@dataclass
class _Written:
    rows: int = 0
    files: int = 0
    mini_batches: int = 0
    told: JSON = field(default_factory=dict[str, JSON])


def download_partial(service: Service, job: str, folder: Path, out: Console) -> list[Path]:
    """Fetch what the job has scored so far; raises CommandError for one that has no such rows."""
    address = f"{address_of(service, job)}/partial"
    with alone_in(folder, out):
        for tries in range(1, TRIES + 1):
            try:
                return _download(service, address, folder, out)
            except _Moved as moved:
                if tries == TRIES:
                    raise Unreachable(
                        f"The rows of job '{job}' could not be fetched: {moved}.",
                        fix="Repeat the command; it lists what there is by then.",
                    ) from None
                time.sleep(PAUSE_S * (tries - 1))
            except OSError as error:
                raise unwritable(folder, error) from error
    return []


def _download(service: Service, address: str, folder: Path, out: Console) -> list[Path]:
    page = service.get(address)
    target = target_path(page["file_name"], folder)
    beside = target.with_name(f".{target.name}.part")
    with beside.open("wb") as file, _packed(page, file) as into:
        written = _write_all(service, page, into)
    with beside.open("rb") as whole:
        digest = hashlib.file_digest(whole, "sha256").hexdigest()
    beside.replace(target)
    receipt = folder / RECEIPT
    facts = _receipt(written, digest, target.stat().st_size)
    save(f"{json.dumps(facts, indent=2)}\n".encode(), receipt)
    out.line(f"{target}  {size_text(target.stat().st_size)}, {_words(facts)}")
    return [target, receipt]


def _packed(page: JSON, file: IO[bytes]) -> AbstractContextManager[IO[bytes] | gzip.GzipFile]:
    """The file, or what packs it, if the job's own would be packed."""
    if page["compress"] == GZIP:
        return gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0)
    return nullcontext(file)


def _write_all(service: Service, page: JSON, into: IO[bytes] | gzip.GzipFile) -> _Written:
    """Every piece of every page."""
    into.write(page["header"].encode())
    written = _Written()
    while True:
        for piece in page["pieces"]:
            for data in _fetch(service, piece):
                into.write(data)
            written.rows += piece["rows"]
            written.files += piece["files"]
            written.mini_batches += sum(one["stop"] - one["first"] for one in piece["mini_batches"])
        written.told = page
        if not page["nextLink"]:
            return written
        page = service.get(page["nextLink"])


def _fetch(service: Service, piece: JSON) -> Iterator[bytes]:
    """The bytes of a piece; raises _Moved unless they are those that its bundles recorded."""
    if not piece["url"]:
        return
    try:
        with service.open_link(piece["url"], {}) as reply:
            if reply.status != HTTPStatus.OK:
                raise _Moved(f"the store answered {reply.status}")
            for segment in piece["segments"]:
                yield from _checked(reply, segment)
            if reply.read(1):
                raise _Moved("a piece has more bytes than was told")
    except BROKEN as error:
        raise _Moved(str(error) or type(error).__name__) from error


def _checked(reply: addinfourl, segment: JSON) -> Iterator[bytes]:
    digest, left = hashlib.sha256(), segment["bytes"]
    while left and (data := reply.read(min(left, PIECE))):
        digest.update(data)
        left -= len(data)
        yield data
    if left or digest.hexdigest() != segment["sha256"]:
        raise _Moved("a piece did not come whole")


def _receipt(written: _Written, sha256: str, size: int) -> JSON:
    told = written.told
    return {
        "job": told["job"],
        "status": told["status"],
        "verdict": told["verdict"],
        "read_at": datetime.now(UTC).isoformat(),
        "partial": {
            "bytes": size,
            "rows": written.rows,
            "sha256": sha256,
            "mini_batches": written.mini_batches,
            "files": written.files,
            "missing": told["missing"],
        },
        "of": {"mini_batches": told["mini_batches"], "files": told["files"]},
    }


def _words(facts: JSON) -> str:
    partial, of = facts["partial"], facts["of"]
    return (
        f"partial: {partial['rows']} rows of {partial['mini_batches']} of {of['mini_batches']} "
        f"mini-batches; {RECEIPT} beside it names what is missing"
    )
