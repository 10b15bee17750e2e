"""Runs functions of the app by name, and logs one line for each that finished."""

import logging
import time
import uuid

from devhost.worker.function import Function, FunctionKind
from devhost.worker.function_invocation import FunctionInvocation, InvocationOutcome, Payload
from devhost.worker.worker import Worker

log = logging.getLogger(__name__)

# Turns of an orchestrator are steps of one run; at the level of the others they would drown them.
TURNS = frozenset({FunctionKind.ORCHESTRATION, FunctionKind.ENTITY})


class Invocations:
    """Turns run in this process, where the engine is; all else runs on the workers."""

    def __init__(self, *, turns: Worker, workers: Worker) -> None:
        self._turns = turns
        self._workers = workers

    async def run(self, function: Function, payload: Payload) -> InvocationOutcome:
        worker = self._turns if function.kind in TURNS else self._workers
        is_activity = function.kind is FunctionKind.ACTIVITY
        invocation = FunctionInvocation(function.name, str(uuid.uuid4()), payload, is_activity)
        started = time.perf_counter()
        outcome = await worker.invoke(invocation)
        _log_end(function, invocation, outcome, time.perf_counter() - started)
        return outcome


def _log_end(
    function: Function, invocation: FunctionInvocation, outcome: InvocationOutcome, seconds: float
) -> None:
    """In the real host's words, which people search their logs for."""
    category = {"category": f"Function.{function.name}"}
    milliseconds = round(seconds * 1000)
    if outcome.failure is not None:
        log.error(
            "Executed 'Functions.%s' (Failed, Id=%s, Duration=%dms)\n%s",
            function.name,
            invocation.id,
            milliseconds,
            outcome.failure.stack_trace or outcome.failure.message,
            extra=category,
        )
        return
    level = logging.DEBUG if function.kind in TURNS else logging.INFO
    log.log(
        level,
        "Executed 'Functions.%s' (Succeeded, Id=%s, Duration=%dms)",
        function.name,
        invocation.id,
        milliseconds,
        extra=category,
    )
