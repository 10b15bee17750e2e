"""What a scorer may be in the middle of.

new ──start──> ready <──────> scoring
                 ^                │
                 └─start── dead <─┘  timeout, death, end, finish
"""

from enum import Enum


class ScorerState(Enum):
    NEW = "new"
    READY = "ready"
    SCORING = "scoring"
    DEAD = "dead"
