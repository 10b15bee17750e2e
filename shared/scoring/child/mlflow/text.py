"""Files of text are UTF-8, and say so when they are not."""

from __future__ import annotations

from pathlib import Path

from .compressed import decompressed
from .content_sniffing import disguise, is_utf16
from .failure import Unreadable


def utf8(path: str, codec: str = "") -> bytes:
    """Of a compressed file, by its `codec` (`.gz`): what it holds. Raises `Unreadable`."""
    data = decompressed(path, codec) if codec else Path(path).read_bytes()
    require_utf8(data)
    return data


def require_utf8(data: bytes) -> None:
    """Raises `Unreadable`, and says what the file is instead if its first bytes tell."""
    other = disguise(data)
    if other:
        raise Unreadable(other)
    if is_utf16(data):
        raise Unreadable("The file's encoding looks like UTF-16. Save it as UTF-8")
    try:
        _ = data.isascii() or data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"The file's encoding is not UTF-8: byte 0x{data[error.start]:02x} "
            f"at position {error.start}. Save it as UTF-8"
        ) from error
