"""What is on its way, what is to be done, and what lives: the engine's view of its rows."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from devhost.durable.wire_format import PENDING, SUSPENDED

# An orchestrator need not wake for each of these when more of their kind are coming.
COMPLETIONS = frozenset({"taskCompleted", "subOrchestrationInstanceCompleted"})
ENDINGS = COMPLETIONS | {"taskFailed", "subOrchestrationInstanceFailed"}
_WAKING = frozenset({"executionResumed", "executionTerminated"})
_STARTING = frozenset({"executionStarted", "executionTerminated", "executionRewound"})


class OutboxMessage(NamedTuple):
    """A message to be posted. With an execution id it is for that generation only."""

    target: str
    kind: str
    event: bytes
    due: int = 0
    execution_id: str | None = None


class InboxMessage(NamedTuple):
    """An outbox message with its number in the inbox."""

    seq: int
    target: str
    kind: str
    event: bytes
    due: int
    execution_id: str | None


class ActivityTask(NamedTuple):
    """An activity to run. `seq` names this one scheduling of it: a retry is another."""

    seq: int
    instance_id: str
    execution_id: str
    task_id: int
    root: str
    name: str
    input: str | None


class Parent(NamedTuple):
    """Who waits for a sub-orchestration, and under which task."""

    instance_id: str
    execution_id: str
    task_id: int


@dataclass(frozen=True)
class NewInstance:
    """An instance to be created: what its first history event says, and who it belongs to."""

    id: str
    execution_id: str
    name: str
    created: int
    version: str | None = None
    input: str | None = None
    due: int = 0
    parent: Parent | None = None
    root: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    trace: bytes | None = None


@dataclass(slots=True)
class LiveInstance:
    """An instance that has not ended, as the dispatcher holds it."""

    id: str
    execution_id: str
    name: str
    root: str
    version: str | None = None
    status: int = PENDING
    parent: Parent | None = None
    custom_status: str | None = None
    history: bytearray = field(default_factory=bytearray)
    outstanding: int = 0
    is_running: bool = False
    is_queued: bool = False
    crashes: int = 0
    rest_until: float = 0.0
    alarm: asyncio.TimerHandle | None = None
    _inbox: list[InboxMessage] = field(default_factory=list[InboxMessage])
    _has_start: bool = False
    _has_wake: bool = False
    _has_urgent: bool = False

    @property
    def can_run(self) -> bool:
        """Whether a turn could do something with what the inbox holds."""
        if not self._inbox or not (self.history or self._has_start):
            return False
        return self.status != SUSPENDED or self._has_wake

    @property
    def is_urgent(self) -> bool:
        """Whether the inbox holds more than completions of which others are still to come."""
        return self._has_urgent or self.outstanding <= 0

    def put(self, message: InboxMessage) -> None:
        self._inbox.append(message)
        self._has_start = self._has_start or message.kind in _STARTING
        self._has_wake = self._has_wake or message.kind in _WAKING
        self._has_urgent = self._has_urgent or message.kind not in COMPLETIONS

    def take(self) -> list[InboxMessage]:
        """Empty the inbox, in the order of posting."""
        taken = sorted(self._inbox)
        self._inbox = []
        self._has_start = self._has_wake = self._has_urgent = False
        return taken
