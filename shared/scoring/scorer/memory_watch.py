"""Says whether a scorer has outgrown its memory limit."""

import time

from shared.scoring.scorer.scorer_process import ScorerProcess

# A look costs a millisecond or two; who leaks a gigabyte a second is still seen in time.
_LOOK_EVERY_S = 0.25


class MemoryWatch:
    """A limit of 0 is none. `highest_mb` is the most that was seen, while there is a limit."""

    def __init__(self, limit_mb: int) -> None:
        self.limit_mb = limit_mb
        self.highest_mb = 0
        self._looked_at = 0.0

    @property
    def is_due(self) -> bool:
        """Whether the next look is a real one."""
        return bool(self.limit_mb) and time.monotonic() - self._looked_at >= _LOOK_EVERY_S

    def is_passed_by(self, process: ScorerProcess) -> bool:
        """Looks now and then: many short runs are not slowed down."""
        if not self.is_due:
            return False
        self._looked_at = time.monotonic()
        held = process.process_tree.memory_mb(self.limit_mb)
        self.highest_mb = max(self.highest_mb, held)
        return held > self.limit_mb
