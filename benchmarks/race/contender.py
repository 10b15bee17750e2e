"""What competes, what it is asked and what it leaves."""

from dataclasses import dataclass, field
from typing import Protocol

from benchmarks.race.sets import FileSet
from benchmarks.race.timeline import Timeline

MINI_BATCH, PROCESSES = 10, 2


@dataclass(frozen=True)
class Heat:
    """One run: score the `files` files of a set that lie under `prefix`."""

    file_set: FileSet
    files: int
    prefix: str
    round: int

    @property
    def few(self) -> str:
        """The prefix of two mini-batches' files of the set."""
        return f"{self.prefix}.few"


@dataclass(frozen=True)
class Finish:
    """`output` is the blob with the rows."""

    seconds: float
    cpu_seconds: float
    memory_mb: float
    output: str
    timeline: Timeline | None = field(default=None, repr=False)


class Contender(Protocol):
    @property
    def name(self) -> str: ...

    def takes(self, file_set: FileSet) -> bool: ...

    def get_ready(self, heat: Heat) -> None:
        """What is done before the clock runs."""

    def run(self, heat: Heat) -> Finish: ...
