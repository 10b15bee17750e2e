"""The records of csv as pandas' parser has them: commas, double quotes, CR LF or LF.

A quote opens a quoted text only at the beginning of a field; inside, two of them are one; what
follows the closing one belongs to the field as it is. A block is read from quote to quote by one
regular expression, not field by field. Lines without anything but blanks are no rows.
"""

import re
from collections.abc import Iterator

from shared.scoring.split.records import NotSplit
from shared.scoring.split.texts import BOM, lines_of, require_text

_FIELD = rb'(?:"(?:[^"]++|"")*+"[^,\n]*+|[^",\n][^,\n]*+|)'
_ONE = re.compile(_FIELD)
_RECORD = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+")
# Text without quotes, a quoted text, a quote that is a character; the group is behind a record.
_CLOSED = rb'(?<![^,\n])"[^"]*+(?:""[^"]*+)*+"|(?<=[^,\n])"'
_RECORDS = re.compile(rb'(?:[^"]*\n()|[^"\n]++|' + _CLOSED + rb")*+")
_IN_LINES = re.compile(rb'(?:[^"]++|' + _CLOSED.replace(b'[^"]', rb'[^"\n]') + rb")*+")
_QUOTED = re.compile(rb'"(?:(?<![^,\n]")[^"]*+(?:""[^"]*+)*+"?+)?+')
_MAYBE_BLANK_LINE = re.compile(rb"\n[ \t\r\n]")
_BLANK_LINE = re.compile(rb"^[ \t]*+\r?+(?:\n|\Z)", re.MULTILINE)
_BLANKS = b" \t\r\n"
_QUOTE, _COMMA, _NEWLINE = b'"', b",", b"\n"


class CsvScan:
    """A `Scan` of one file."""

    def __init__(self) -> None:
        self._width = 0

    def begin(self, block: bytes) -> int | None:
        require_text(block)
        at = _mark(block)
        for start, stop in _records(block, at):
            header = block[start:stop]
            if not _is_blank(header):
                if not header.strip(b'",' + _BLANKS):
                    raise NotSplit("its header is blank")
                _refuse_lone_cr(_QUOTED.sub(_QUOTE, header))
                self._width = _width(header)
                return stop
        return None

    def whole(self, block: bytes) -> int:
        if _QUOTE not in block:
            return block.rfind(_NEWLINE) + 1
        at = 0 if self._width else _mark(block)
        match = _RECORDS.match(block[at:] if at else block)
        return at + match.end(1) if match is not None and match[1] is not None else 0

    def rows(self, block: bytes) -> int:
        require_text(block)
        text = block
        if _QUOTE in block and not _is_in_lines(block):
            text = _QUOTED.sub(_QUOTE, block)
            if text.endswith(_QUOTE) and not _is_closed(block):
                raise NotSplit("a quote is not closed")
        _refuse_lone_cr(text)
        return lines_of(text) - _blank_lines(text)

    def first(self, block: bytes) -> int:
        return next(_records(block, 0))[1]

    def can_begin_piece(self, block: bytes) -> bool:
        """Of rows longer than the header pandas judges by those before: so there must be none."""
        for start, stop in _records(block, 0):
            if not _is_blank(block[start:stop]):
                if _width(block[start:stop]) > self._width:
                    raise NotSplit("a row has more fields than the header")
                return True
        return False


def _mark(block: bytes) -> int:
    """The bytes of a byte order mark that the file begins with."""
    return len(BOM) if block.startswith(BOM) else 0


def _records(block: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Where each record begins and ends; the last one may lack its line end."""
    while at < len(block):
        stop = _end(block, at) or len(block)
        yield at, stop
        at = stop


def _end(block: bytes, at: int) -> int:
    """Behind the record's line end; 0 if the block ends within it."""
    match = _RECORD.match(block, at)
    stop = match.end() if match else at
    return stop + 1 if block[stop : stop + 1] == _NEWLINE else 0


def _is_in_lines(block: bytes) -> bool:
    """Whether each line end ends a record, and each quoted text is closed."""
    match = _IN_LINES.match(block)
    return match is not None and match.end() == len(block)


def _is_closed(block: bytes) -> bool:
    """Whether the block ends behind what its quotes hold."""
    match = _RECORDS.match(block)
    return match is not None and match.end() == len(block)


def _refuse_lone_cr(text: bytes) -> None:
    if b"\r" in text and text.count(b"\r") != text.count(b"\r\n"):
        raise NotSplit("some of its lines end in CR alone")


def _blank_lines(text: bytes) -> int:
    """Of a text whose quoted parts are taken out."""
    if text[:1] not in (b"\n", b"\r", b" ", b"\t") and not _MAYBE_BLANK_LINE.search(text):
        return 0
    return sum(match.end() > match.start() for match in _BLANK_LINE.finditer(text))


def _is_blank(record: bytes) -> bool:
    return not record.strip(_BLANKS)


def _width(record: bytes) -> int:
    """How many fields it has."""
    at, count = 0, 1
    while (match := _ONE.match(record, at)) and record[match.end() : match.end() + 1] == _COMMA:
        at, count = match.end() + 1, count + 1
    return count
