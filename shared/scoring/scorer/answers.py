"""What a scorer's process may answer, besides its messages."""

from dataclasses import dataclass

from shared.scoring.child.messages import ScorerMessage
from shared.scoring.scorer.scorer_process import Ended


@dataclass(frozen=True)
class Outgrown:
    """The scorer's processes held more memory than they may, and were killed."""

    limit_mb: int


Answer = ScorerMessage | Ended | Outgrown | None
"""None: there was none in time."""
