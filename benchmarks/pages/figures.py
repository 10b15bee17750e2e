"""What was watched, as rows beside their budgets."""

from collections.abc import Iterator

from benchmarks.pages.browser import Frames, Watched
from benchmarks.row import Row

BUDGET_P95_MS = 33.0
BUDGET_IDLE_REQUESTS = 12.0
"""A minute: one in five seconds."""
MOST_KINDS = 4


def frame_rows(what: str, frames: Frames) -> Iterator[Row]:
    yield Row(f"{what}: frames, p50", frames.p50, "ms")
    yield Row("  p95", frames.p95, "ms", BUDGET_P95_MS)
    yield Row("  the longest", frames.worst, "ms")


def traffic_rows(what: str, watched: Watched, *, is_idle: bool = False) -> Iterator[Row]:
    traffic, budget = watched.traffic, BUDGET_IDLE_REQUESTS if is_idle else None
    yield Row(f"{what}: requests a minute", watched.per_minute(traffic.requests), "", budget)
    yield Row("  of them unchanged (304)", watched.per_minute(traffic.unchanged), "")
    yield Row("  received a minute", watched.per_minute(traffic.received) / 1000, "kB")
    yield Row("  sent a minute", watched.per_minute(traffic.sent) / 1000, "kB")
    for kind, size in traffic.bytes_of.most_common(MOST_KINDS):
        yield Row(f"    {kind}: {traffic.kinds[kind]} answers", size / 1000, "kB")
