"""The app's orchestrators, activities and entities, as the Durable engine calls them."""

from collections.abc import Iterable, Sequence

from devhost.durable_functions import ActivityFailure, ActivityResult
from devhost.invocations import Invocations
from devhost.worker.function import Function, FunctionKind
from devhost.worker.function_invocation import Failure, InvocationOutcome


class TurnFailed(Exception):
    """An orchestrator or entity that could not be run at all; its own failures are in its reply."""


class AppDurableFunctions:
    """Implements the engine's `DurableFunctions` over the functions of one app."""

    def __init__(self, functions: Iterable[Function], invocations: Invocations) -> None:
        self._invocations = invocations
        self._named = {(one.kind, one.durable_name.casefold()): one for one in functions}

    def has_orchestrator(self, name: str) -> bool:
        return (FunctionKind.ORCHESTRATION, name.casefold()) in self._named

    def has_activity(self, name: str) -> bool:
        return (FunctionKind.ACTIVITY, name.casefold()) in self._named

    def has_entity(self, name: str) -> bool:
        return (FunctionKind.ENTITY, name.casefold()) in self._named

    async def orchestrate(self, name: str, request: str) -> str:
        return _reply(await self._run(FunctionKind.ORCHESTRATION, name, request))

    async def operate_entity(self, name: str, request: str) -> str:
        return _reply(await self._run(FunctionKind.ENTITY, name, request))

    async def act(self, name: str, activity_input: str | None) -> ActivityResult:
        outcome = await self._run(FunctionKind.ACTIVITY, name, activity_input)
        if outcome.failure is not None:
            return ActivityResult(failure=activity_failure(outcome.failure))
        return ActivityResult(None if outcome.value is None else str(outcome.value))

    async def _run(self, kind: FunctionKind, name: str, payload: str | None) -> InvocationOutcome:
        return await self._invocations.run(self._named[kind, name.casefold()], payload)


def durable_names(functions: Iterable[Function]) -> Sequence[str]:
    """By which two hosts know that they serve the same app."""
    kinds = (FunctionKind.ORCHESTRATION, FunctionKind.ACTIVITY, FunctionKind.ENTITY)
    return sorted(one.durable_name for one in functions if one.kind in kinds)


def activity_failure(failure: Failure) -> ActivityFailure:
    """Only the first line of a message survives, and nothing of one that starts with a break."""
    first_line = failure.message.split("\n", 1)[0].rstrip("\r")
    return ActivityFailure(failure.error_type, first_line, failure.stack_trace)


def _reply(outcome: InvocationOutcome) -> str:
    if outcome.failure is not None:
        raise TurnFailed(f"{outcome.failure.error_type}: {outcome.failure.message}")
    return str(outcome.value)
