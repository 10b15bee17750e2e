"""How many scorer processes there are on this machine, and what memory they hold."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.scoring.scorer.process_tree import ProcessTree
from shared.scoring.scorer.scorer import Scorer

_MIB = 1 << 20


@dataclass(frozen=True)
class Census:
    """Scorer processes by state, and the bundles that are `waiting` for one."""

    busy: int
    idle: int
    starting: int
    waiting: int

    @property
    def is_at_rest(self) -> bool:
        """Whether nobody scores, may score at once, loads or waits."""
        return not (self.busy or self.idle or self.starting or self.waiting)


def memory_bytes(scorers: Iterable[Scorer]) -> int:
    """What they and their children hold, each page counted once; some milliseconds for each."""
    pids = [scorer.pid for scorer in scorers]
    return sum(ProcessTree(pid, "").memory_mb(0) for pid in pids if pid) * _MIB
