"""The records of csv as pandas' parser has them: commas, double quotes, CR LF or LF.

A quote opens a quoted text only at the beginning of a field; inside, two of them are one; what
follows the closing one belongs to the field as it is. Usually every quote does what it seems to do:
then what is quoted lies between the odd and the even ones, and that is quick to tell. Of a file in
which one does not every field is looked at. Lines without anything but blanks are no rows.
"""

import re
from collections.abc import Iterator

from shared.scoring.split.records import NotSplit
from shared.scoring.split.texts import BOM, lines_of, require_text

_FIELD = rb'(?:"(?:[^"]++|"")*+"[^,\n]*+|[^",\n][^,\n]*+|)'
_ONE = re.compile(_FIELD)
_RECORD = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+")
_QUOTED = re.compile(rb'(?:"[^"]*+")++')
_MAYBE_BLANK_LINE = re.compile(rb"\n[ \t\r\n]")
_BLANK_LINE = re.compile(rb"^[ \t]*+\r?+(?:\n|\Z)", re.MULTILINE)
_BLANKS = b" \t\r\n"
_QUOTE, _COMMA, _NEWLINE = b'"', b",", b"\n"
_LONE_CR = "some of its lines end in CR alone"
_OPEN_QUOTE = "a quote is not closed"


class OddQuotes(Exception):
    """A quote is no more than a character: the file wants an `ExactCsvScan`."""


class ExactCsvScan:
    """A `Scan` of one file, field by field."""

    def __init__(self) -> None:
        self._width = 0

    def begin(self, block: bytes) -> int | None:
        require_text(block)
        at = len(BOM) if block.startswith(BOM) else 0
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
        at = 0
        while stop := _end(block, at):
            at = stop
        return at

    def rows(self, block: bytes) -> int:
        require_text(block)
        _refuse_lone_cr(block)
        rows = 0
        for start, stop in _records(block, 0):
            if stop == len(block) and not _is_closed(block, start):
                raise NotSplit(_OPEN_QUOTE)
            rows += not _is_blank(block[start:stop])
        return rows

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


class QuickCsvScan(ExactCsvScan):
    """By the count of quotes; `rows` raises OddQuotes where that does not tell."""

    def whole(self, block: bytes) -> int:
        quotes, stop = block.count(_QUOTE), len(block)
        if quotes % 2:
            stop, quotes = block.rfind(_QUOTE), quotes - 1
        behind, end = 0, stop
        while (at := block.rfind(_NEWLINE, 0, end)) >= 0:
            behind += block.count(_QUOTE, at, end) if quotes else 0
            if behind % 2 == 0:
                return at + 1
            end = at
        return 0

    def rows(self, block: bytes) -> int:
        require_text(block)
        text = block
        if _QUOTE in block:
            if block.count(_QUOTE) % 2:
                raise OddQuotes
            text = _QUOTED.sub(_QUOTE, block)
            opening = text.count(b',"') + text.count(b'\n"') + text.startswith(_QUOTE)
            if opening != text.count(_QUOTE):
                raise OddQuotes
        _refuse_lone_cr(text)
        return lines_of(text) - _blank_lines(text)


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


def _is_closed(block: bytes, at: int) -> bool:
    """Of the last record: whether it goes up to the end of the block, or its line end."""
    match = _RECORD.match(block, at)
    return match is not None and block[match.end() :] in {b"", _NEWLINE}


def _refuse_lone_cr(text: bytes) -> None:
    if b"\r" in text and text.count(b"\r") != text.count(b"\r\n"):
        raise NotSplit(_LONE_CR)


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
