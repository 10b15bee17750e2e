"""The life of a scorer process: load once, one run per request, and an end like a program's.

Before it knows whether it will ever load, it may be asked to import what that will need.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, cast

from . import tracebacks
from .libraries import ImportRecord, without
from .messages import (
    InitDone,
    InitError,
    InitRequest,
    PrepareDone,
    PrepareRequest,
    RunDone,
    RunError,
    RunRequest,
    ScorerMessage,
    ShutdownDone,
    ShutdownRequest,
    decode,
    encode,
)
from .parent_death import die_with_parent, heed_signals, leave_or_be_killed
from .texts import MESSAGE_LIMIT, error_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .drivers import Driver, Preparation
    from .messages import Run

_STANDARD = (0, 1, 2)


class Channel:
    """The two ends of the control pipes that belong to the child."""

    def __init__(self, requests: int, events: int) -> None:
        # The model's own children have no part in the conversation.
        for descriptor in (requests, events):
            os.set_inheritable(descriptor, False)  # noqa: FBT003  # positional-only
        self._requests = requests
        self._events = events
        self._process = os.getpid()
        self._inbox: SimpleQueue[ScorerMessage | None] = SimpleQueue()
        threading.Thread(target=self._listen, name="scorer-requests", daemon=True).start()

    def next(self) -> ScorerMessage | None:
        """The next request; None when the worker has closed the pipe."""
        return self._inbox.get()

    def send(self, message: ScorerMessage) -> None:
        if os.getpid() != self._process:
            os._exit(0)  # a fork of the model's: two would answer one request
        rest = memoryview(encode(message))
        while rest:
            rest = rest[os.write(self._events, rest) :]

    def _listen(self) -> None:
        try:
            with os.fdopen(self._requests, "rb") as lines:
                for line in lines:
                    self._inbox.put(decode(line))
        finally:
            self._inbox.put(None)
            leave_or_be_killed()


def run(
    arguments: Sequence[str],
    drivers: Mapping[str, Driver],
    preparations: Mapping[str, Preparation],
) -> None:
    requests, events, parent = (int(argument) for argument in arguments[:3])
    die_with_parent(parent)
    heed_signals()
    del sys.argv[1:]
    _print_at_once()
    channel = Channel(requests, events)
    record = ImportRecord()
    start = channel.next()
    if isinstance(start, PrepareRequest):
        if not _is_prepared(start, preparations):
            return
        channel.send(PrepareDone())
        start = channel.next()
    if start is not None:
        _serve(channel, cast(InitRequest, start), drivers, record)


def _is_prepared(start: PrepareRequest, preparations: Mapping[str, Preparation]) -> bool:
    """What does not go as it went in another process goes unsaid: that of `init` is told."""
    _log_to_stderr(start.logging_level)
    try:
        with without(start.imports.own):
            preparations[start.kind](start)
    except BaseException:  # noqa: BLE001  # the rim: whatever an import raises
        return False
    return True


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(stream=sys.stderr, level=level.upper())


def _serve(
    channel: Channel, start: InitRequest, drivers: Mapping[str, Driver], record: ImportRecord
) -> None:
    _log_to_stderr(start.logging_level)
    try:
        score = drivers[start.kind](start)
    except Exception as error:  # noqa: BLE001  # the rim: whatever a model's loading raises
        channel.send(_init_error(error))
        return
    channel.send(InitDone(record.news()))
    has_run = False
    while True:
        request = channel.next()
        if request is None:
            return
        if isinstance(request, ShutdownRequest):
            channel.send(_shut_down(score))
            return
        answer = _answer(score, cast(RunRequest, request))
        if isinstance(answer, RunDone) and not has_run:
            answer, has_run = replace(answer, imports=record.news()), True
        channel.send(answer)


def _answer(score: Run, request: RunRequest) -> RunDone | RunError:
    _reopen_standard_streams()
    try:
        return score(request)
    except Exception as error:  # noqa: BLE001  # the rim: whatever run() raises
        with suppress(ValueError, OSError, AttributeError):  # the model may have closed stderr
            sys.stderr.write(tracebacks.format_error(error))
        return RunError(type(error).__name__, error_text(error), tracebacks.format_error(error))
    finally:
        _flush()


def _shut_down(score: Run) -> ShutdownDone:
    """What is to be done before the interpreter ends: a script's shutdown()."""
    shutdown = getattr(score, "shutdown", None)
    _reopen_standard_streams()
    try:
        if shutdown is not None:
            shutdown()
    except Exception as error:  # noqa: BLE001  # the rim: whatever shutdown() raises
        with suppress(ValueError, OSError, AttributeError):
            sys.stderr.write(tracebacks.format_error(error))
        name = type(error).__name__
        return ShutdownDone(
            f"{name}: {error_text(error)}"[:MESSAGE_LIMIT], tracebacks.format_error(error)
        )
    finally:
        _flush()
    return ShutdownDone()


def _init_error(error: Exception) -> InitError:
    name = type(error).__name__
    return InitError(
        name, f"{name}: {error_text(error)}"[:MESSAGE_LIMIT], tracebacks.format_error(error)
    )


def _print_at_once() -> None:
    """A process that is killed must not lose what it printed last."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(  # type: ignore[union-attr]  # at start they are the real streams
            encoding="utf-8", errors="backslashreplace", line_buffering=True
        )


def _reopen_standard_streams() -> None:
    """A model that closes descriptor 1 must not get its prints into the next file opened."""
    for descriptor in _STANDARD:
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (ValueError, OSError, AttributeError):
            continue  # the model closed or replaced it
