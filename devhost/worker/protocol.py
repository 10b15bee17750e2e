"""What host and worker process say to each other: frozen messages, pickled, length first.

The pickles never leave this machine: both ends are ours, over a socket that only they hold.
"""

import asyncio
import pickle
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devhost.worker.invocation import Invocation, Outcome

LENGTH = struct.Struct("!Q")


@dataclass(frozen=True)
class Start:
    """Host to worker, once: load the app."""

    app_folder: Path
    threads: int
    client_binding: str
    log_levels: Mapping[str, int]


@dataclass(frozen=True)
class Ready:
    """Worker to host, once: the app is loaded."""


@dataclass(frozen=True)
class Run:
    """Host to worker: run this."""

    number: int
    invocation: Invocation


@dataclass(frozen=True)
class Finished:
    """Worker to host: how it went."""

    number: int
    outcome: Outcome


type Message = Start | Ready | Run | Finished


def send(writer: asyncio.StreamWriter, message: Message) -> None:
    body = pickle.dumps(message)
    writer.write(LENGTH.pack(len(body)) + body)


async def receive(reader: asyncio.StreamReader) -> Message:
    """The next message; asyncio.IncompleteReadError when the other end is gone."""
    (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
    message: Message = pickle.loads(await reader.readexactly(length))  # noqa: S301  # see above
    return message
