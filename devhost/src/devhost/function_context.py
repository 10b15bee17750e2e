"""The `context: func.Context` of one invocation, and which function this code runs for."""

import threading
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import azure.functions as func

# Log records find their function by it; it follows tasks and pool threads.
running_function: ContextVar[str] = ContextVar("running_function", default="")

_thread_local_storage = threading.local()


@dataclass(frozen=True)
class TraceContext:
    """No distributed tracing here: the fields are there, and empty."""

    trace_parent: str = ""
    trace_state: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RetryContext:
    """Retry policies of functions (not of orchestrators) are not run: each try is the first."""

    retry_count: int = 0
    max_retry_count: int = 0
    exception: None = None


class InvocationContext(func.Context):
    """What a function may ask about its own invocation."""

    def __init__(self, function: str, invocation_id: str, directory: str) -> None:
        self._function = function
        self._invocation_id = invocation_id
        self._directory = directory

    @property
    def invocation_id(self) -> str:
        return self._invocation_id

    @property
    def thread_local_storage(self) -> Any:
        return _thread_local_storage

    @property
    def function_name(self) -> str:
        return self._function

    @property
    def function_directory(self) -> str:
        return self._directory

    @property
    def trace_context(self) -> Any:
        return TraceContext()

    @property
    def retry_context(self) -> Any:
        return RetryContext()
