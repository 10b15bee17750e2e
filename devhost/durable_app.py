"""The app's orchestrators, activities and entities, as the Durable engine calls them."""

from collections.abc import Iterable

from devhost.invocations import Invocations
from devhost.ports import ActivityFailure, ActivityResult
from devhost.worker.functions import Function, Kind
from devhost.worker.invocation import Failure, Outcome


class TurnFailed(Exception):
    """An orchestrator or entity that could not be run at all; its own failures are in its reply."""


class AppDurableFunctions:
    """Implements the engine's `DurableFunctions` over the functions of one app."""

    def __init__(self, functions: Iterable[Function], invocations: Invocations) -> None:
        self._invocations = invocations
        self._named = {(one.kind, one.durable_name.casefold()): one for one in functions}

    def has_orchestrator(self, name: str) -> bool:
        return (Kind.ORCHESTRATION, name.casefold()) in self._named

    def has_activity(self, name: str) -> bool:
        return (Kind.ACTIVITY, name.casefold()) in self._named

    def has_entity(self, name: str) -> bool:
        return (Kind.ENTITY, name.casefold()) in self._named

    async def orchestrate(self, name: str, request: str) -> str:
        return _reply(await self._run(Kind.ORCHESTRATION, name, request))

    async def operate_entity(self, name: str, request: str) -> str:
        return _reply(await self._run(Kind.ENTITY, name, request))

    async def act(self, name: str, activity_input: str | None) -> ActivityResult:
        outcome = await self._run(Kind.ACTIVITY, name, activity_input)
        if outcome.failure is not None:
            return ActivityResult(failure=activity_failure(outcome.failure))
        return ActivityResult(None if outcome.value is None else str(outcome.value))

    async def _run(self, kind: Kind, name: str, payload: str | None) -> Outcome:
        return await self._invocations.run(self._named[kind, name.casefold()], payload)


def activity_failure(failure: Failure) -> ActivityFailure:
    """Only the first line of a message survives, and nothing of one that starts with a break."""
    first_line = failure.message.split("\n", 1)[0].rstrip("\r")
    return ActivityFailure(failure.error_type, first_line, failure.stack_trace)


def _reply(outcome: Outcome) -> str:
    if outcome.failure is not None:
        raise TurnFailed(f"{outcome.failure.error_type}: {outcome.failure.message}")
    return str(outcome.value)
