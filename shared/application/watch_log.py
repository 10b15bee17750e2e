"""Watch a job's log: a piece of it from any byte on, or where in it something stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.errors import InvalidRequest
from shared.domain.job import Job
from shared.stores.log_reader import LogReader

# Bytes that one look reads, and one search.
PIECE, LARGEST_PIECE = 64 << 10, 1 << 20
MOST_SEARCHED = 8 << 20
MOST_MATCHES = 200
LONGEST_LINE = 500


@dataclass(frozen=True)
class LogPiece:
    """The bytes from `start` on, as text; `stop` is where the next piece begins."""

    start: int
    stop: int
    size: int
    text: str


@dataclass(frozen=True)
class Match:
    """A line that holds what is looked for, and the byte at which it begins."""

    offset: int
    line: str


@dataclass(frozen=True)
class Found:
    """`stop` is how far was looked, and from where to go on, if that is not the end."""

    matches: list[Match]
    stop: int
    size: int


@dataclass(frozen=True)
class WatchLog:
    reader: LogReader

    def sizes(self, job: Job) -> list[tuple[str, int]]:
        """The logs that there are, with their sizes."""
        return self.reader.sizes(job)

    def piece(self, job: Job, name: str, start: int, length: int = PIECE) -> LogPiece:
        """From `start` on, or from so many bytes before the end if it is negative.

        A piece ends with a line, unless a line is longer. Raises NotFound.
        """
        size = self.reader.size(job, name)
        begin = max(0, size + start) if start < 0 else min(start, size)
        data = self.reader.read_piece(job, name, begin, length)
        if begin + len(data) < size and (cut := data.rfind(b"\n") + 1):
            data = data[:cut]
        return LogPiece(begin, begin + len(data), size, data.decode(errors="replace"))

    def search(self, job: Job, name: str, text: str, start: int) -> Found:
        """Lines that hold the text, in any case. Raises NotFound."""
        return self._search(job, name, re.compile(re.escape(text.lower()).encode()), start)

    def find_minibatch(self, job: Job, name: str, number: int, start: int) -> Found:
        """Where a log of errors tells of that mini-batch. Raises NotFound."""
        return self._search(job, name, re.compile(rb"\Amini-batch %d(?=[,: ])" % number), start)

    def _search(self, job: Job, name: str, pattern: re.Pattern[bytes], start: int) -> Found:
        size = self.reader.size(job, name)
        if not 0 <= start <= size:
            raise InvalidRequest(
                f"The log '{name[:200]}' has {size} bytes, and no place {start}.",
                fix="Search from 0, or go on where the last answer stopped.",
                target="from",
            )
        matches, stop = list[Match](), min(size, start + MOST_SEARCHED)
        for offset, line in self._lines(job, name, start, stop):
            if pattern.search(line.lower()):
                shown = line.decode(errors="replace").rstrip("\r\n")[:LONGEST_LINE]
                matches.append(Match(offset, shown))
                if len(matches) >= MOST_MATCHES:
                    stop = offset + len(line)
                    break
        return Found(matches, stop, size)

    def _lines(self, job: Job, name: str, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Lines with their places; one without an end that early is cut."""
        offset, rest = start, b""
        for place in range(start, stop, LARGEST_PIECE):
            length = min(LARGEST_PIECE, stop - place)
            rest += self.reader.read_piece(job, name, place, length)
            *lines, rest = rest.split(b"\n")
            for line in lines:
                yield offset, line + b"\n"
                offset += len(line) + 1
        if rest:
            yield offset, rest
