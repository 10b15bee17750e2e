"""The functions of an app, run in this process by the SDK's own worker: a fake of a host."""

import asyncio
import json
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Generator
from typing import Any

from azure.durable_functions.internal.serialization import DEFAULT_FUNCTIONS_DATA_CONVERTER
from azure.durable_functions.worker import DurableFunctionsWorker

from devhost.durable_functions import ActivityFailure, ActivityResult

# The SDK gives an advice about types once a process: not to the test that happens to be first.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    DEFAULT_FUNCTIONS_DATA_CONVERTER.deserialize("1")


type Steps = Generator[Any, Any, Any]


class Part:
    """Some of an app's functions, by name."""

    def __init__(self) -> None:
        self.orchestrators: dict[str, Any] = {}
        self.activities: dict[str, Callable[[Any], Any]] = {}
        self.entities: dict[str, Any] = {}

    def orchestrator[F: Callable[..., Any]](self, function: F) -> F:
        self.orchestrators[function.__name__.lower()] = function
        return function

    def activity[F: Callable[..., Any]](self, function: F) -> F:
        self.activities[function.__name__.lower()] = function
        return function

    def entity[F: Callable[..., Any]](self, function: F) -> F:
        self.entities[function.__name__.lower()] = function
        return function


class Functions:
    """Everything runs on the loop; what was called is counted."""

    def __init__(self) -> None:
        self._worker = DurableFunctionsWorker()
        self._all = Part()
        self.calls: Counter[str] = Counter()
        self.seen: list[Any] = []
        self.is_broken = False
        self.breakdowns = 0  # turns and batches, from now on, that the worker does not survive
        self.running = 0
        self.most_running = 0

    def add(self, part: Part) -> None:
        self._all.orchestrators |= part.orchestrators
        self._all.activities |= part.activities
        self._all.entities |= part.entities

    def has_orchestrator(self, name: str) -> bool:
        return name.lower() in self._all.orchestrators

    def has_activity(self, name: str) -> bool:
        return name.lower() in self._all.activities

    def has_entity(self, name: str) -> bool:
        return name.lower() in self._all.entities

    async def orchestrate(self, name: str, request: str) -> str:
        self.calls[f"turn {name}"] += 1
        self._break_down()
        function = self._all.orchestrators[name.lower()]
        return str(self._worker.execute_orchestration_request(function, request))

    async def operate_entity(self, name: str, request: str) -> str:
        self.calls[f"batch {name}"] += 1
        self._break_down()
        function = self._all.entities[name.lower()]
        return str(self._worker.execute_entity_batch_request(function, request))

    def _break_down(self) -> None:
        if self.breakdowns:
            self.breakdowns -= 1
            raise ConnectionError("the worker is gone")

    async def act(self, name: str, activity_input: str | None) -> ActivityResult:
        self.calls[name] += 1
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            return await self._acted(name, activity_input)
        finally:
            self.running -= 1

    async def _acted(self, name: str, activity_input: str | None) -> ActivityResult:
        function = self._all.activities[name.lower()]
        given = None if activity_input is None else json.loads(activity_input)
        try:
            if asyncio.iscoroutinefunction(function):
                answer = await function(given)
            else:
                answer = function(given)
        except Exception as error:  # noqa: BLE001 - whatever the activity raised
            first_line = str(error).split("\n", maxsplit=1)[0]
            trace = "".join(traceback.format_tb(error.__traceback__))
            return ActivityResult(failure=ActivityFailure(type(error).__name__, first_line, trace))
        return ActivityResult(output=None if answer is None else json.dumps(answer))
