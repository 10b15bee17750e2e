"""Compressed files as tools make them."""

import bz2
import gzip
from collections.abc import Callable

import pyarrow as pa


def zstandard(data: bytes) -> bytes:
    stored = pa.BufferOutputStream()
    with pa.CompressedOutputStream(stored, "zstd") as stream:
        stream.write(data)
    packed: bytes = stored.getvalue().to_pybytes()
    return packed


PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": lambda data: gzip.compress(data, mtime=0),
    ".bz2": bz2.compress,
    ".zst": zstandard,
}
