"""What the host logs, with the levels of host.json."""

import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TextIO

from aiohttp.http_exceptions import HttpProcessingError

from devhost.function_context import running_function

# What the host itself works with speaks up only when something is wrong, unless a function uses it.
OUR_LIBRARIES = ("azure.core", "azure.storage", "aiohttp", "asyncio", "grpc")
LIBRARY = "Library"


def configure_logging(levels: Mapping[str, int], stream: TextIO | None = None) -> None:
    """Log to stderr from now on; `levels` are host.json's logging.logLevel."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(LevelsByCategory(levels))
    handler.addFilter(_without_foreign_traces)
    handler.setFormatter(_Line())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(min([*levels.values(), logging.INFO]))


class LevelsByCategory(logging.Filter):
    """Passes what host.json wants to see: the longest category that fits decides."""

    def __init__(self, levels: Mapping[str, int]) -> None:
        super().__init__()
        self._levels = {category.lower(): level for category, level in levels.items()}
        self.level_of = cache(self._level_of)

    def filter(self, record: logging.LogRecord) -> bool:
        category = _category(record)
        least = logging.WARNING if category == LIBRARY else self.level_of(category)
        return record.levelno >= least

    def _level_of(self, category: str) -> int:
        name = category.lower()
        while name:
            if name in self._levels:
                return self._levels[name]
            name = name.rpartition(".")[0]
        return self._levels.get("default", logging.INFO)


def _without_foreign_traces(record: logging.LogRecord) -> bool:
    """What is no HTTP is its client's fault, and one line: it was answered with 400."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        text = f"Refused what is no HTTP request ({type(error).__name__})."
        record.msg, record.args, record.exc_info = text, (), None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def _category(record: logging.LogRecord) -> str:
    """`Function.<name>` for the host's word on a function, `.User` for its own, `Host` for ours."""
    category = getattr(record, "category", "")
    if category:
        return str(category)
    if record.name.startswith("devhost"):
        return "Host"
    function = running_function.get()
    if function:
        return f"Function.{function}.User"
    return LIBRARY if record.name.startswith(OUR_LIBRARIES) else "Function"


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        text = f"[{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z] {level}"
        text += record.getMessage()
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return text
