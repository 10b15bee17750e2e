"""What host and worker process say to each other: frozen messages, pickled, length first.

The pickles never leave this machine: both ends are ours, over a socket that only they hold.
"""

import asyncio
import pickle
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devhost.worker.function_invocation import FunctionInvocation, InvocationOutcome

LENGTH = struct.Struct("!Q")


@dataclass(frozen=True)
class LoadApp:
    """Host to worker, once: load the app."""

    app_folder: Path
    threads: int
    client_binding: str
    log_levels: Mapping[str, int]


@dataclass(frozen=True)
class AppLoaded:
    """Worker to host, once: the app is loaded."""


@dataclass(frozen=True)
class RunFunction:
    """Host to worker: run this."""

    number: int
    invocation: FunctionInvocation


@dataclass(frozen=True)
class FunctionFinished:
    """Worker to host: how it went."""

    number: int
    outcome: InvocationOutcome


type WorkerMessage = LoadApp | AppLoaded | RunFunction | FunctionFinished


def send(writer: asyncio.StreamWriter, message: WorkerMessage) -> None:
    body = pickle.dumps(message)
    writer.write(LENGTH.pack(len(body)) + body)


async def receive(reader: asyncio.StreamReader) -> WorkerMessage:
    """The next message; asyncio.IncompleteReadError when the other end is gone."""
    (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
    message: WorkerMessage = pickle.loads(await reader.readexactly(length))  # noqa: S301  # see above
    return message
