"""Files of text are UTF-8, and say so when they are not."""

from __future__ import annotations

from .failure import Unreadable

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def require_utf8(data: bytes) -> None:
    try:
        _ = data.isascii() or data.decode("utf-8")
    except UnicodeDecodeError as error:
        looks = "looks like UTF-16" if data[:2] in _UTF16_MARKS else "is not UTF-8"
        raise Unreadable(
            f"The file's encoding {looks}: byte 0x{data[error.start]:02x} "
            f"at position {error.start}. Save it as UTF-8"
        ) from error
