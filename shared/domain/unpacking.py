"""The beginning of a gzip file that may be cut: its members, one behind the other."""

import zlib

_GZIP = zlib.MAX_WBITS | 16


def unpacked(data: bytes, most: int, *, is_whole: bool) -> tuple[bytes, bool]:
    """At most so many bytes, and whether they are all; nothing of what is no gzip."""
    pieces, size = list[bytes](), 0
    try:
        while data and size < most:
            member = zlib.decompressobj(_GZIP)
            pieces.append(member.decompress(data, most - size))
            size += len(pieces[-1])
            if not member.eof:
                return b"".join(pieces), False
            data = member.unused_data
    except zlib.error:
        return b"".join(pieces), False
    return b"".join(pieces), is_whole and not data
