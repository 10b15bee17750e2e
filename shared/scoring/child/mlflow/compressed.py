"""What a compressed file holds, and no more of it than there is room for.

A small file may hold any amount of data, and its header may say anything of that. So it is counted
piece by piece; what grows unlike ordinary data is counted to its end before any of it is kept.
"""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .content_sniffing import disguise
from .failure import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

# What tables of text take in memory is several times as much again.
MOST_BYTES = 1024 * 1024 * 1024
# Text is rarely compressed better than by this, and less than this hurts nobody.
_ORDINARY_RATIO, _ORDINARY_BYTES = 32, 64 * 1024 * 1024
_PIECE = 1024 * 1024
# Members may be tiny, and each leaves the rest of what was read to the next.
_READ = 16 * 1024
_HEAD = 512


class _Beyond(Exception):
    """The file holds more than it may."""


def decompressed(path: str, suffix: str, most_bytes: int = MOST_BYTES) -> bytes:
    """All that the file holds, every member of it. Raises `Unreadable`; `suffix` is of `CODECS`."""
    size = Path(path).stat().st_size
    if not size:
        return b""
    with Path(path).open("rb") as stream:
        check_archive(stream.read(_HEAD), suffix)
    try:
        return _bounded(path, suffix, most_bytes, size)
    except _Beyond:
        raise Unreadable(
            f"The file holds more than {most_bytes >> 20:,} MiB once it is decompressed. "
            "Split it into smaller files, or decompress it before the job"
        ) from None


def check_archive(head: bytes, suffix: str) -> None:
    """Raises `Unreadable` for first bytes that are no such archive's."""
    name, magic, _ = CODECS[suffix]
    if not head.startswith(magic):
        other = disguise(head)
        raise Unreadable(other or f"The file is not compressed by {name}, as its name says")


def _bounded(path: str, suffix: str, most_bytes: int, size: int) -> bytes:
    try:
        return _kept(path, suffix, min(most_bytes, max(_ORDINARY_BYTES, _ORDINARY_RATIO * size)))
    except _Beyond:
        for _ in _pieces(path, suffix, most_bytes):
            pass
    return _kept(path, suffix, most_bytes)


def _kept(path: str, suffix: str, most_bytes: int) -> bytes:
    kept = BytesIO()  # which gives its bytes away without a copy
    for piece in _pieces(path, suffix, most_bytes):
        kept.write(piece)
    return kept.getvalue()


def _pieces(path: str, suffix: str, most_bytes: int) -> Iterator[bytes]:
    name, _, opened = CODECS[suffix]
    count = 0
    try:
        with Path(path).open("rb") as stream:
            for piece in opened(stream):
                count += len(piece)
                if count > most_bytes:
                    raise _Beyond
                yield piece
    except EOFError as error:
        raise Unreadable(f"The file is cut off: its {name} data has no end") from error
    except _errors() as error:
        if getattr(error, "errno", None):
            raise  # the disk's fault, not the file's
        raise Unreadable(f"The file is damaged and cannot be decompressed: {error}") from error


def _errors() -> tuple[type[Exception], ...]:
    """What damage raises; a Python without zlib has read no gzip."""
    try:
        return OSError, import_module("zlib").error
    except ImportError:
        return (OSError,)


def _gzip(stream: IO[bytes]) -> Iterator[bytes]:
    with _module("gzip", "gzip").GzipFile(fileobj=stream, mode="rb") as source:
        yield from iter(lambda: source.read(_PIECE), b"")


def _bzip2(stream: IO[bytes]) -> Iterator[bytes]:
    """By hand: `BZ2File` takes a damaged member for the end of the file."""
    start = _module("bz2", "bzip2").BZ2Decompressor
    decoder, data = start(), stream.read(_READ)
    while data or not decoder.needs_input:
        yield decoder.decompress(data, _PIECE)
        data = b""
        if decoder.eof:
            data = decoder.unused_data or stream.read(_READ)
            if not data:
                return
            decoder = start()
        elif decoder.needs_input:
            data = stream.read(_READ)
    raise EOFError


def _zstandard(stream: IO[bytes]) -> Iterator[bytes]:
    arrow = _module("pyarrow", "Zstandard")
    try:
        with arrow.CompressedInputStream(arrow.PythonFile(stream, mode="r"), "zstd") as source:
            yield from iter(lambda: source.read(_PIECE), b"")
    except OSError as error:
        if "Truncated" in str(error):
            raise EOFError from error
        raise
    except arrow.ArrowException as error:
        raise Unreadable(f"The model's pyarrow does not read Zstandard: {error}") from error


def _module(name: str, codec: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        fix = (
            "Add it to the model's requirements"
            if name == "pyarrow"
            else "Decompress the file before the job"
        )
        raise Unreadable(
            f"The model's environment has no {name}, which reads {codec}. {fix}"
        ) from error


# A Zstandard file may begin with a frame that is to be skipped.
_SKIPPED = tuple(bytes([0x50 + number]) + b"\x2a\x4d\x18" for number in range(16))
CODECS: dict[str, tuple[str, tuple[bytes, ...], Callable[[IO[bytes]], Iterator[bytes]]]] = {
    ".gz": ("gzip", (b"\x1f\x8b",), _gzip),
    ".bz2": ("bzip2", (b"BZh",), _bzip2),
    ".zst": ("Zstandard", (b"\x28\xb5\x2f\xfd", *_SKIPPED), _zstandard),
}
