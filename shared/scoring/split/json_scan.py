"""Lines of JSON objects: other line ends than LF may be inside a text.

Which keys the file's objects have is told by all of them, and a piece has only its own. So those of
`wanted` are looked for until each was seen; usually the first line has them all.
"""

import json
import re
from collections.abc import Sequence

from shared.scoring.split.records import NotSplit
from shared.scoring.split.texts import BOM, lines_of, require_text

# What Python's `str.strip` takes for blank, in UTF-8, but for LF.
_BLANK = (
    rb"(?:[\t\x0b\x0c\r\x1c-\x1f ]|\xc2[\x85\xa0]|\xe1\x9a\x80"
    rb"|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80)*+"
)
_BLANK_LINE = re.compile(rb"^" + _BLANK + rb"(?:\n|\Z)", re.MULTILINE)
_NEWLINE = b"\n"
_NO_LINES = "it does not hold an object on each line"


class JsonScan:
    """A `Scan` of one file."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self._unseen = {name: json.dumps(name).encode() for name in wanted}
        self._plain = {name: json.dumps(name, ensure_ascii=False).encode() for name in wanted}
        self._wanted = tuple(wanted)

    @property
    def seen(self) -> tuple[str, ...]:
        """Those of the wanted keys that some object has."""
        return tuple(name for name in self._wanted if name not in self._unseen)

    def begin(self, block: bytes) -> int | None:
        at = len(BOM) if block.startswith(BOM) else 0
        first = next((line for line in block[at:].split(_NEWLINE) if not _is_blank(line)), None)
        if first is None:
            return None
        require_text(block)
        text = first.decode().strip()
        if not (text.startswith("{") and text.endswith("}")):
            raise NotSplit(_NO_LINES)
        return at

    def whole(self, block: bytes) -> int:
        return block.rfind(_NEWLINE) + 1

    def rows(self, block: bytes) -> int:
        require_text(block)
        self._look(block)
        lines = lines_of(block)
        if block.startswith(b"{") and block.count(b"\n{") == lines - 1:
            return lines
        blank = sum(match.end() > match.start() for match in _BLANK_LINE.finditer(block))
        return lines - blank

    def first(self, block: bytes) -> int:
        return block.find(_NEWLINE) + 1 or len(block)

    def can_begin_piece(self, block: bytes) -> bool:
        return bool(block)

    def _look(self, block: bytes) -> None:
        for line in block.split(_NEWLINE) if self._unseen else ():
            if not self._unseen:
                return
            if b"\\" in line or any(self._may_have(line, name) for name in self._unseen):
                for key in _keys(line):
                    self._unseen.pop(key, None)

    def _may_have(self, line: bytes, name: str) -> bool:
        return self._plain[name] in line


def _keys(line: bytes) -> list[str]:
    """Of an object; a line that is none fails when its piece is read."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return []
    return list(value) if isinstance(value, dict) else []


def _is_blank(line: bytes) -> bool:
    match = _BLANK_LINE.match(line)
    return match is not None and match.end() == len(line)
