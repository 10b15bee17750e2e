"""The app over memory, and a port that keeps what it is told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from shared import observed
from shared.telemetry.names import Metric
from shared.telemetry.port import Attributes, LogLine, Observe, Span
from tests.support.services_in_memory import App, services_in_memory


@dataclass
class Kept:
    """`counts` are sums by metric's name and outcome."""

    spans: list[Span] = field(default_factory=list[Span])
    lines: list[LogLine] = field(default_factory=list[LogLine])
    counts: dict[tuple[str, Any], float] = field(default_factory=dict[tuple[str, Any], float])
    is_on = True

    def samples(self, trace_id: int) -> bool:
        return bool(trace_id)

    def span(self, span: Span) -> None:
        self.spans.append(span)

    def count(self, metric: Metric, value: float, attributes: Attributes) -> None:
        key = metric.name, attributes.get("batch.outcome") or attributes.get("batch.job.status")
        self.counts[key] = self.counts.get(key, 0) + value

    def measure(self, metric: Metric, value: float, attributes: Attributes) -> None:
        self.count(metric, 1, attributes)

    def observe(self, metric: Metric, observe: Observe) -> None:
        """Nobody asks."""

    def log(self, line: LogLine) -> None:
        self.lines.append(line)

    def of(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    kept = Kept()
    monkeypatch.setattr(observed, "choose_telemetry", lambda _: kept)
    observed.observer.cache_clear()
    yield kept
    observed.observer.cache_clear()


@pytest.fixture
def app(kept: Kept, tmp_path: Path) -> App:
    assert kept.is_on
    return services_in_memory(tmp_path)
