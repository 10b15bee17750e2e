"""What a file really is whose extension says something else, by its first bytes."""

from __future__ import annotations

# How many bytes tell a web page, or UTF-16 without its mark.
_ENOUGH = 512
_DECOMPRESS = "Decompress it before the job"
_EXPORT = "Save its table as csv, JSON or parquet"
_MAGIC = (
    (b"\x1f\x8b", "is compressed by gzip", _DECOMPRESS),
    (b"\xfd7zXZ\0", "is compressed by xz", _DECOMPRESS),
    (b"\x28\xb5\x2f\xfd", "is compressed by Zstandard", _DECOMPRESS),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive", "Unpack it before the job"),
    (b"Rar!\x1a\x07", "is a rar archive", "Unpack it before the job"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "looks like an old Excel workbook (xls)", _EXPORT),
    (b"ARROW1\0\0", "is an Arrow (Feather) file", _EXPORT),
    (b"Obj\x01", "is Avro", _EXPORT),
    (b"%PDF-", "is a PDF document", _EXPORT),
    (b"SQLite format 3\0", "is an SQLite database", _EXPORT),
    (b"\x89PNG\r\n", "is a PNG image", "Give it the extension .png"),
    (b"\xff\xd8\xff", "is a JPEG image", "Give it the extension .jpg"),
)
_IMAGES = tuple(magic for magic, kind, _ in _MAGIC if kind.endswith("image"))
_WORKBOOK = b"xl/workbook"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_PAGES = (b"<!doctype html", b"<html")


def disguise(data: bytes) -> str:
    """`The file is ... <what to do>`, without a last full stop; empty: nothing foreign is seen."""
    kind = _archive(data) or _by_magic(data) or _page(data)
    return f"The file {kind[0]}. {kind[1]}" if kind else ""


def is_utf16(data: bytes) -> bool:
    """By its mark, or because every other byte of what should be ASCII is 0."""
    head = data[:_ENOUGH]
    halves = (head[::2], head[1::2])
    return head[:2] in _UTF16_MARKS or any(
        len(other) > 1 and not any(other) and 0 not in one[: len(other)]
        for one, other in (halves, halves[::-1])
    )


def is_image(data: bytes) -> bool:
    return data.startswith(_IMAGES)


def is_parquet(data: bytes) -> bool:
    """By both its ends: a csv file may have a column PAR1."""
    return data.startswith(b"PAR1") and data.endswith(b"PAR1")


def _by_magic(data: bytes) -> tuple[str, str] | None:
    if data.startswith(b"BZh") and data[4:10] == b"1AY&SY":  # BZh alone may begin a header
        return "is compressed by bzip2", _DECOMPRESS
    if is_parquet(data):
        return "is parquet", "Give it the extension .parquet"
    return next(((kind, fix) for magic, kind, fix in _MAGIC if data.startswith(magic)), None)


def _archive(data: bytes) -> tuple[str, str] | None:
    if not data.startswith(b"PK\x03\x04"):
        return None
    if _WORKBOOK in data:  # names are not compressed in a zip archive
        return "is an Excel workbook (xlsx)", _EXPORT
    return "is a zip archive", "Unpack it before the job"


def _page(data: bytes) -> tuple[str, str] | None:
    start = data[:_ENOUGH].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.lower().startswith(_PAGES):
        return "is a web page (HTML)", f"Download the data itself: it begins {_excerpt(start)}"
    if start.startswith(b"<?xml"):
        return "is XML", f"Is it an error's text? It begins {_excerpt(start)}"
    return None


def _excerpt(start: bytes) -> str:
    return repr(" ".join(start[:120].decode("utf-8", "replace").split()))
