"""What a host and its guests say to each other: JSON, length first."""

import asyncio
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from devhost.durable_functions import ActivityFailure, ActivityResult

_LENGTH = struct.Struct("!Q")


@dataclass(frozen=True)
class Join:
    """Guest to host, first: who it is, and what it still has of an earlier host of the hub.

    `open` are the activities whose results it owes: number, name and input of each.
    """

    process: int
    port: int
    limit: int
    functions: Sequence[str]
    open: Sequence[tuple[int, str, str | None]]


@dataclass(frozen=True)
class Welcome:
    """Host to guest: where it is. `certificate` is the SHA-256 of what it shows, '' over http."""

    process: int
    url: str
    rpc_port: int
    certificate: str


@dataclass(frozen=True)
class Refusal:
    """Host to guest: why it cannot join."""

    reason: str


@dataclass(frozen=True)
class RunActivity:
    """Host to guest: run this."""

    number: int
    name: str
    input: str | None


@dataclass(frozen=True)
class ActivityEnded:
    """Guest to host: how it went."""

    number: int
    output: str | None
    failure: Mapping[str, Any] | None

    @classmethod
    def of(cls, number: int, result: ActivityResult) -> "ActivityEnded":
        failure = None if result.failure is None else asdict(result.failure)
        return cls(number, result.output, failure)

    @property
    def result(self) -> ActivityResult:
        failure = None if self.failure is None else ActivityFailure(**self.failure)
        return ActivityResult(self.output, failure)


@dataclass(frozen=True)
class KillWorker:
    """Host to guest: a hazard."""


@dataclass(frozen=True)
class Leave:
    """Guest to host: it stops; what it runs comes yet."""


type Message = Join | Welcome | Refusal | RunActivity | ActivityEnded | KillWorker | Leave
_KINDS: Mapping[str, type[Message]] = {
    kind.__name__: kind
    for kind in (Join, Welcome, Refusal, RunActivity, ActivityEnded, KillWorker, Leave)
}


def send(writer: asyncio.StreamWriter, message: Message) -> None:
    """What is sent to who is gone is lost."""
    body = json.dumps([type(message).__name__, asdict(message)]).encode()
    writer.write(_LENGTH.pack(len(body)) + body)


async def receive(reader: asyncio.StreamReader) -> Message:
    """The next message; asyncio.IncompleteReadError when the other end is gone."""
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    kind, content = json.loads(await reader.readexactly(length))
    return _KINDS[kind](**content)
