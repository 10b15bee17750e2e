"""What runs functions: threads of this process, or child processes."""

from datetime import timedelta
from typing import Protocol

from devhost.worker.function_invocation import FunctionInvocation, InvocationOutcome


class Worker(Protocol):
    """Runs invocations. Whatever a function does to it, invoke() returns an InvocationOutcome."""

    async def start(self) -> None:
        """Be ready for invocations."""
        ...

    async def invoke(self, invocation: FunctionInvocation) -> InvocationOutcome: ...

    def kill_one(self) -> bool:
        """Kill a process that is at work, as a hazard; False when there is none."""
        ...

    async def stop(self, grace_s: float) -> None:
        """Let what runs finish within the grace, then leave it."""
        ...


def format_timeout(limit: timedelta) -> str:
    """`hh:mm:ss`, as the real host writes a functionTimeout."""
    minutes, seconds = divmod(int(limit.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}"
