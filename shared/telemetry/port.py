"""What telemetry is sent through: a port that does nothing unless the settings ask for it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from shared.domain.trace_context import TraceContext
from shared.telemetry.names import Metric

type Value = str | bool | int | float
type Attributes = Mapping[str, Value]
type Observe = Callable[[], Iterable[tuple[float, Attributes]]]

NO_ATTRIBUTES: Attributes = {}


class Severity(IntEnum):
    """OpenTelemetry's numbers."""

    INFO = 9
    WARN = 13
    ERROR = 17


@dataclass(frozen=True)
class SpanEvent:
    name: str
    at_ns: int
    attributes: Attributes = field(default_factory=dict[str, Value])


@dataclass(frozen=True)
class Span:
    """A span that is over; times are nanoseconds since 1970. `problem` says why it failed.

    A parent of None makes it the first one of its trace.
    """

    name: str
    context: TraceContext
    parent: TraceContext | None
    start_ns: int
    end_ns: int
    attributes: Attributes = field(default_factory=dict[str, Value])
    events: tuple[SpanEvent, ...] = ()
    problem: str = ""
    is_server: bool = False


@dataclass(frozen=True)
class LogLine:
    text: str
    severity: Severity
    attributes: Attributes
    context: TraceContext | None
    at_ns: int


class Telemetry(Protocol):
    """Thread-safe. No method waits for anybody, and none raises."""

    is_on: bool

    def samples(self, trace_id: int) -> bool:
        """Whether a trace that begins here is told of."""
        ...

    def span(self, span: Span) -> None: ...

    def count(self, metric: Metric, value: float, attributes: Attributes) -> None:
        """Add to a counter."""
        ...

    def measure(self, metric: Metric, value: float, attributes: Attributes) -> None:
        """Put one measurement into a histogram."""
        ...

    def observe(self, metric: Metric, observe: Observe) -> None:
        """Ask for a gauge's values whenever metrics are sent."""
        ...

    def log(self, line: LogLine) -> None: ...


class NoTelemetry:
    """Off: nothing is kept, and no package of OpenTelemetry's is imported."""

    is_on = False

    def samples(self, trace_id: int) -> bool:  # noqa: ARG002
        return False

    def span(self, span: Span) -> None:
        """Nobody listens."""

    def count(self, metric: Metric, value: float, attributes: Attributes) -> None:
        """Nobody listens."""

    def measure(self, metric: Metric, value: float, attributes: Attributes) -> None:
        """Nobody listens."""

    def observe(self, metric: Metric, observe: Observe) -> None:
        """Nobody listens."""

    def log(self, line: LogLine) -> None:
        """Nobody listens."""
