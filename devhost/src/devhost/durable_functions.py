"""What the parts of the local host ask of each other."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class ActivityFailure:
    """An activity that failed, as the real host tells it: bare type, first line, stack trace."""

    error_type: str
    message: str
    stack_trace: str = ""
    is_non_retriable: bool = False


@dataclass(frozen=True)
class ActivityResult:
    """What an activity left: JSON text (None for no value), or a failure."""

    output: str | None = None
    failure: ActivityFailure | None = None


class DurableFunctions(Protocol):
    """The app's durable functions, called by name (without regard to case)."""

    def has_orchestrator(self, name: str) -> bool: ...

    def has_activity(self, name: str) -> bool: ...

    def has_entity(self, name: str) -> bool: ...

    async def orchestrate(self, name: str, request: str) -> str:
        """Run one turn: base64 OrchestratorRequest in, base64 OrchestratorResponse out."""
        ...

    async def operate_entity(self, name: str, request: str) -> str:
        """Run one batch: base64 EntityBatchRequest in, base64 EntityBatchResult out."""
        ...

    async def act(self, name: str, activity_input: str | None) -> ActivityResult:
        """Run an activity on its JSON input. Its failure is a value, never an exception."""
        ...
