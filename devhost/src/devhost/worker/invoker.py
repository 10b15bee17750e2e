"""Calls functions as the Python worker does: sync ones in threads, async ones on the loop."""

import asyncio
import contextvars
import os
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

import azure.durable_functions
import azure.functions
import durabletask

import devhost
from devhost.function_context import InvocationContext, running_function
from devhost.worker import conversion
from devhost.worker.function import Function
from devhost.worker.function_invocation import Failure, FunctionInvocation, InvocationOutcome, died

UNSPEAKABLE = "Unhandled exception in function. Could not serialize original exception message."


# The frames of the host and of the SDKs say nothing to whoever wrote the function.
BELOW_THE_APP = tuple(
    str(Path(str(module.__file__)).parent) + os.sep
    for module in (devhost, azure.functions, azure.durable_functions, durabletask)
)


class Invoker:
    """The functions of one process. Whatever a function does, invoke() returns an Outcome."""

    def __init__(
        self,
        functions: Iterable[Function],
        *,
        app_folder: Path,
        threads: int,
        client_binding: Callable[[], str],
    ) -> None:
        self._functions = {function.name: function for function in functions}
        self._app_folder = str(app_folder)
        self._thread_count = threads
        self._client_binding = client_binding
        self.threads = self._new_threads()

    async def invoke(self, invocation: FunctionInvocation) -> InvocationOutcome:
        function = self._functions[invocation.function]
        running_function.set(function.name)
        if function.is_async:
            return await self._invoke_on_loop(function, invocation)
        scope = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(
            self.threads, scope.run, self._invoke_in_thread, function, invocation
        )

    def abandon_threads(self) -> None:
        """Leave threads that cannot be stopped to themselves; calls from now on get new ones."""
        self.threads.shutdown(wait=False)
        self.threads = self._new_threads()

    def _new_threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._thread_count, thread_name_prefix="function")

    def _invoke_in_thread(
        self, function: Function, invocation: FunctionInvocation
    ) -> InvocationOutcome:
        try:
            result = function.call(**self._arguments(function, invocation))
            return InvocationOutcome(conversion.from_result(function, result))
        except BaseException as error:  # noqa: BLE001  # the rim of user code, SystemExit included
            return failed(function, error)

    async def _invoke_on_loop(
        self, function: Function, invocation: FunctionInvocation
    ) -> InvocationOutcome:
        try:
            result = await function.call(**self._arguments(function, invocation))
            return InvocationOutcome(conversion.from_result(function, result))
        except asyncio.CancelledError as error:
            if _is_our_own(error):
                raise
            return failed(function, error)
        except BaseException as error:  # noqa: BLE001  # the rim of user code, SystemExit included
            return failed(function, error)

    def _arguments(self, function: Function, invocation: FunctionInvocation) -> dict[str, Any]:
        arguments = {function.parameter: conversion.to_argument(function, invocation.payload)}
        for parameter in function.client_parameters:
            hub = function.client_hubs.get(parameter)
            arguments[parameter] = conversion.to_client(self._client_binding(), hub)
        context = InvocationContext(function.name, invocation.id, self._app_folder)
        context.thread_local_storage.invocation_id = invocation.id
        if function.wants_context:
            arguments["context"] = context
        return arguments


def failed(function: Function, error: BaseException) -> InvocationOutcome:
    """The failure as the real host would know it: an exit ends the worker, the rest is reported."""
    if isinstance(error, SystemExit | KeyboardInterrupt):
        return died(function.name)
    try:
        message = str(error)
    except Exception:  # noqa: BLE001  # a user's __str__ may raise anything
        message = UNSPEAKABLE
    first = _first_of_the_app(error.__traceback__)
    stack = "".join(traceback.format_exception(type(error), error, first))
    return InvocationOutcome(failure=Failure(type(error).__name__, message, stack))


def _first_of_the_app(first: TracebackType | None) -> TracebackType | None:
    """Where the app's own code begins; all of the traceback if none of it failed."""
    own = first
    while own is not None and own.tb_frame.f_code.co_filename.startswith(BELOW_THE_APP):
        own = own.tb_next
    return own or first


def _is_our_own(_cancelled: asyncio.CancelledError) -> bool:
    """Whether this host cancelled the invocation, rather than the function something of its own."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
