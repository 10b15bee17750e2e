"""Plans and counts of a job, as its orchestration gets them."""

from datetime import UTC, datetime

from shared.domain.minibatch import Span, shards_of
from shared.domain.outcome import Tally
from shared.domain.plan import Plan

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def a_plan(minibatches: int, digest: str = "d") -> Plan:
    return Plan(
        key="k",
        files=minibatches,
        minibatches=minibatches,
        shards=shards_of(minibatches),
        digest=digest,
    )


def counted(span: Span, failed: int = 0) -> Tally:
    """One file to a mini-batch."""
    done = len(span)
    return Tally(files=done, minibatches=done, failed_files=failed, rows=done - failed)
