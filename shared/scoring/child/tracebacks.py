"""The traceback of a model or a script, without the frames of the scorer that called it."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

from .texts import DETAILS_LIMIT, MESSAGE_LIMIT, clipped, printable

_OURS = str(Path(__file__).parent)
_OF_IMPORTS = "<frozen importlib"


def format_error(error: BaseException) -> str:
    """Bounded: its first line, the user's innermost frames and the exception itself are kept."""
    report = traceback.TracebackException.from_exception(error)
    _trim(report, error, set())
    full = printable("".join(report.format()))
    summary = printable("".join(report.format_exception_only()))
    if not full.endswith(summary):
        return clipped(full, DETAILS_LIMIT)  # a group of exceptions: they stand in a margin
    frames = full[: len(full) - len(summary)]
    if len(summary) > MESSAGE_LIMIT:
        summary = summary[: MESSAGE_LIMIT - 1] + "…\n"
    return clipped(frames, DETAILS_LIMIT - len(summary)) + summary


def _trim(report: Any, error: Any, seen: set[int]) -> None:
    """Of the exception and of those it came from, which may be a circle."""
    if report is None or id(report) in seen:
        return
    seen.add(id(report))
    _trim(report.__cause__, error.__cause__, seen)
    _trim(report.__context__, error.__context__, seen)
    inner = zip(getattr(report, "exceptions", None) or (), getattr(error, "exceptions", ()))  # noqa: B905  # 3.7
    for one, raised in inner:
        _trim(one, raised, seen)
    frames = list(report.stack)
    first = next((at for at, frame in enumerate(frames) if not _is_ours(frame.filename)), None)
    is_from_us = type(error).__module__.startswith(__package__ or " ")
    if first is None and not is_from_us:
        return  # our own mistake: nobody else's frames would explain it
    del report.stack[: len(frames) if first is None else first]


def _is_ours(filename: str) -> bool:
    return filename.startswith((_OURS, _OF_IMPORTS))
