"""The step that a thread is at: what its log lines and spans are about."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from shared.domain.job import JobSpec
from shared.domain.minibatch import Span
from shared.domain.trace_context import TraceContext
from shared.telemetry import names
from shared.telemetry.port import Attributes, Value

NO_MINIBATCHES = "-"


@dataclass(frozen=True)
class Step:
    """One run of an activity. `context` is the span under which all that it does happens."""

    name: str
    context: TraceContext
    attributes: Attributes
    began_ns: int


_current: ContextVar[Step | None] = ContextVar("step", default=None)


@contextmanager
def entered(step: Step) -> Iterator[Step]:
    token = _current.set(step)
    try:
        yield step
    finally:
        _current.reset(token)


def current_step() -> Step | None:
    """None outside of a job's steps."""
    return _current.get()


def attributes_of(spec: JobSpec, minibatches: str = NO_MINIBATCHES) -> dict[str, Value]:
    """What each line of a job's log says of where it is from."""
    return {**identity_of(spec), names.MINIBATCHES: minibatches}


def identity_of(spec: JobSpec) -> dict[str, Value]:
    return {names.JOB_NAME: spec.name, **place_of(spec)}


def place_of(spec: JobSpec) -> dict[str, Value]:
    """Of metrics, too: there are few deployments, and many jobs."""
    return {names.ENDPOINT: spec.endpoint, names.DEPLOYMENT: spec.deployment}


def range_of(span: Span) -> str:
    """`7`, or `0-99`: the first and the last."""
    last = span.stop - 1
    if last < span.first:
        return NO_MINIBATCHES
    return str(span.first) if last == span.first else f"{span.first}-{last}"


def nanoseconds(moment: datetime) -> int:
    """Since 1970, to the microsecond and without a float's error."""
    return round(moment.timestamp() * 1_000_000) * 1_000
