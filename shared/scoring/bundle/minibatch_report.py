"""What the job report has of one mini-batch."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.outcome import MinibatchReport
from shared.domain.split import Piece
from shared.scoring.bundle.attempts import Attempted


@dataclass(frozen=True)
class Clock:
    """When a mini-batch's first try began; how long it waited before, and took from there."""

    started_at: datetime
    waited: float
    seconds: float


def report_of(
    index: int, files: int, attempted: Attempted, clock: Clock, piece: Piece | None
) -> MinibatchReport:
    scored = [part.scored for part in attempted.groups if part.scored]
    succeeded = sum(
        min(part.scored.succeeded, len(part.files)) for part in attempted.groups if part.scored
    )
    run_seconds = sum(one.seconds for one in scored)
    kinds = [part.failed.kind for part in attempted.groups if part.failed]
    return MinibatchReport(
        index=index,
        started_at=clock.started_at,
        waited=round(clock.waited, 4),
        files=files,
        failed_files=files - succeeded,
        rows=sum(one.rows for one in scored),
        tries=attempted.tries,
        seconds=round(max(clock.seconds, run_seconds), 6),  # it may have begun before it was asked
        run_seconds=round(run_seconds, 6),
        status=kinds[0] if kinds else "done",
        piece=piece.number if piece else 0,
        pieces=piece.of if piece else 0,
    )
