"""What goes into a function and what comes out, as plain data that can cross to another process."""

from collections.abc import Mapping
from dataclasses import dataclass

# The host's own exception types, for what user code cannot raise itself.
WORKER_DIED = "Microsoft.Azure.WebJobs.Host.FunctionInvocationException"
TIMED_OUT = "Microsoft.Azure.WebJobs.Host.FunctionTimeoutException"


@dataclass(frozen=True, slots=True)
class HttpCall:
    """An HTTP request, as the real host hands it to the Python worker."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    route_values: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class BlobCall:
    """A blob that appeared or changed."""

    name: str
    uri: str
    content: bytes
    properties: Mapping[str, object]
    metadata: Mapping[str, str]


type Payload = HttpCall | BlobCall | str | None


@dataclass(frozen=True, slots=True)
class FunctionInvocation:
    """One call of a function. A text payload is JSON, or base64 for orchestrators and entities."""

    function: str
    id: str
    payload: Payload
    is_activity: bool = False


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What an HTTP function answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception in words: the bare type name, the whole message, and the stack."""

    error_type: str
    message: str
    stack_trace: str = ""


@dataclass(frozen=True, slots=True)
class InvocationOutcome:
    """The result of an invocation: a value, or a failure."""

    value: HttpReply | str | None = None
    failure: Failure | None = None


def died(function: str) -> InvocationOutcome:
    """The worker process ended while the function ran."""
    return InvocationOutcome(
        failure=Failure(WORKER_DIED, f"Exception while executing function: Functions.{function}")
    )


def timed_out(function: str, limit: str) -> InvocationOutcome:
    """The function ran for longer than functionTimeout allows."""
    text = f"Timeout value of {limit} was exceeded by function: Functions.{function}"
    return InvocationOutcome(failure=Failure(TIMED_OUT, text))
