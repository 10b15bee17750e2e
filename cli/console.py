"""What people see on stderr while a command works: whole lines, one live line, a bar.

The live line and bars are for terminals only; elsewhere whole lines say what is worth a line.
--only-show-errors silences all of it.
"""

import logging
import os
import sys
import time
from shutil import get_terminal_size
from threading import Lock
from types import TracebackType
from typing import Self, TextIO

REDRAW_S = 0.1
RATE_AFTER_S = 0.5
"""Earlier a rate would be a guess."""
BAR_WIDTH = 24
ERASE = "\r\x1b[K"
_UNSEEN = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "\N{REPLACEMENT CHARACTER}")
_UNSEEN[ord("\t")] = "    "
_UNSEEN_IN_LINES = {code: text for code, text in _UNSEEN.items() if code != ord("\n")}


class Console:
    """Use it as a context: the live line is gone at its end, whatever happened. Thread-safe."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._lock = Lock()
        self._stream = stream or sys.stderr
        self._live = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        self.live("")

    @property
    def is_terminal(self) -> bool:
        return self._stream.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def is_verbose(self) -> bool:
        """--verbose or --debug was given."""
        return _level() <= logging.INFO

    @property
    def is_quiet(self) -> bool:
        """--only-show-errors was given."""
        return _level() > logging.WARNING

    def line(self, text: str) -> None:
        """A line that stays, or several; the live line moves below."""
        if self.is_quiet:
            return
        with self._lock:
            if not self.is_terminal:
                self._write(f"{text}\n")
                return
            visible = text.translate(_UNSEEN_IN_LINES)
            self._write(f"{ERASE if self._live else ''}{visible}\n{self._live}")

    def live(self, text: str) -> None:
        """Replace the live line; '' erases it. Elsewhere than on a terminal nothing is written."""
        if self.is_quiet or not self.is_terminal or text == self._live:
            return
        width = get_terminal_size().columns - 1
        with self._lock:
            before, self._live = self._live, text.translate(_UNSEEN)[:width]
            self._write(f"{ERASE if before else ''}{self._live}")

    def bar(self, label: str, total: int) -> "Bar":
        """Progress in bytes; `total` 0: nobody knows."""
        return Bar(self, label, total)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class Bar:
    """`predictions.csv [#####.....] 12.3 MB of 45.0 MB, 8.1 MB/s, 4 s left`, on a terminal.

    Thread-safe.
    """

    def __init__(
        self, console: Console, label: str, total: int, redraw_s: float = REDRAW_S
    ) -> None:
        self._console = console
        self._label = label
        self._total = total
        self._redraw_s = redraw_s
        self._lock = Lock()
        self._done = self._skipped = 0
        self._began = self._drawn = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        self._console.live("")

    def advance(self, count: int) -> None:
        """So many bytes more; a negative count takes back what has to be done again."""
        with self._lock:
            self._done += count
            now = time.monotonic()
            if now - self._drawn >= self._redraw_s:
                self._drawn = now
                self._console.live(self._text(now - self._began))

    def skip(self, count: int) -> None:
        """So many bytes were there already: they count as done, and not for the rate."""
        with self._lock:
            self._skipped += count
        self.advance(count)

    def _text(self, elapsed_s: float) -> str:
        fetched = max(0, self._done - self._skipped)
        rate = fetched / elapsed_s if elapsed_s >= RATE_AFTER_S else 0.0
        speed = f", {size_text(rate)}/s" if rate else ""
        if not self._total:
            return f"{self._label}  {size_text(self._done)}{speed}"
        filled = BAR_WIDTH * min(self._done, self._total) // self._total
        bar = f"[{'#' * filled}{'.' * (BAR_WIDTH - filled)}]"
        rest = self._total - self._done
        left = f", {duration_text(rest / rate)} left" if rate and rest > 0 else ""
        done = f"{size_text(self._done)} of {size_text(self._total)}"
        return f"{self._label}  {bar} {done}{speed}{left}"


def size_text(count: float) -> str:
    """`812 B`, `1.2 kB`, `34.5 MB`: decimal, as storage is sold."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:  # noqa: PLR2004  # the next unit begins here
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def duration_text(seconds: float) -> str:
    """`4 s`, `1:05`, `2:03:04`."""
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004  # a minute
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _level() -> int:
    """From which level on notes are shown: knack's, once a command runs."""
    handlers = logging.getLogger("cli").handlers
    return min((one.level for one in handlers), default=logging.WARNING)
