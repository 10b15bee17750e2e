"""Functions that somebody runs through the admin endpoint: what they get, and their runs."""

import asyncio

from devhost.invocations import Invocations
from devhost.triggers.timer_triggers import timer_payload
from devhost.worker.function import Function, FunctionKind
from devhost.worker.function_invocation import BlobCall, HttpCall, InvocationOutcome, Payload


class ManualRuns:
    """The runs that nobody waits for."""

    def __init__(self, invocations: Invocations) -> None:
        self._invocations = invocations
        self._tasks: set[asyncio.Task[InvocationOutcome]] = set()

    def start(self, function: Function, text: str | None) -> None:
        run = self._invocations.run(function, payload_by_hand(function, text))
        task = asyncio.create_task(run)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def payload_by_hand(function: Function, text: str | None) -> Payload:
    """`text` is the request's "input": a body, a blob's content or an activity's input."""
    match function.kind:
        case FunctionKind.TIMER:
            return timer_payload()
        case FunctionKind.HTTP:
            return HttpCall("POST", "http://localhost/admin", {}, {}, {}, (text or "").encode())
        case FunctionKind.BLOB:
            return BlobCall(text or "", "", (text or "").encode(), {}, {})
        case _:
            return text
