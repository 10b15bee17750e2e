"""Files that are no use unless who wrote them has closed them: archives, tables, arrays."""

import re
from pathlib import Path

# They say what they are before their first byte that is no text.
_MAGIC = (b"PAR1", b"ARROW1", b"ORC", b"BZh", b"Obj\x01", b"SQLite", b"<", b"[")
# One after the other they are one: gzip, bzip2, xz, Zstandard.
_JOINABLE = re.compile(rb"\x1f\x8b|BZh[1-9](?:1AY&SY|\x17rE8P\x90|\Z)|\xfd7zXZ|\x28\xb5\x2f\xfd")
_LOOKED_AT = 4096
# A character of UTF-8 may be cut at the end of what is looked at.
_LONGEST_CHARACTER = 4


def stands_alone(path: Path) -> bool:
    """Whether two such files cannot be made one by joining them, as those of two processes are."""
    return not begins_stream(path)


def begins_stream(path: Path) -> bool:
    """Whether it begins as a compressed stream does, after whose end another one may follow."""
    with path.open("rb") as file:
        return _JOINABLE.match(file.read(_LOOKED_AT)) is not None


def needs_its_end(path: Path) -> bool:
    """Whether a part of the file cannot be read alone, as the lines of a log can."""
    with path.open("rb") as file:
        beginning = file.read(_LOOKED_AT)
    if beginning.startswith(_MAGIC) or b"\0" in beginning:
        return True
    try:
        beginning.decode()
    except UnicodeDecodeError as error:
        return error.start < len(beginning) - _LONGEST_CHARACTER or len(beginning) < _LOOKED_AT
    return False
