"""How scorers ended: what they wrote when there was nothing more to score.

1. Who is about to end a scorer says so in `<job>/ends/<process>.json`, and then what it left.
2. What a scorer left counts if just the bundles that it has scored were accepted: a process that
   has scored one for a late twin as well has that in its files, too.
3. Where a scorer's bundles are not whole without its end, and it never came - the machine was
   lost, say - they are scored again.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pydantic import Field

from shared.domain.errors import InvalidRequest
from shared.domain.message import Message
from shared.domain.redaction import RedactedText
from shared.domain.side_contents import StoredChange
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.jobs import CONTAINER
from shared.stores.results import Damaged, Record

# Another machine looks once a second whether its job has ended.
NOTICE_S = 5.0
# A shutdown() may take a minute.
END_S = 75.0
_LOOK_EVERY_S = 0.2


class ScorerEnd(Message):
    """`turns` is how many bundles it has scored; `problem` says what is lost, in words.

    `cut_off` counts its mini-batches of which a process that was ended had something to write.
    """

    process: str
    is_under_way: bool = False
    turns: int = 0
    changes: list[StoredChange] = Field(default_factory=list[StoredChange])
    problem: RedactedText = ""
    cut_off: int = 0


@dataclass
class _AcceptedBundles:
    """What one scorer has in a job: its accepted turns, and where the first of them lies."""

    shard: int
    may_write: bool = False
    must_end: bool = False
    turns: set[int] = field(default_factory=set[int])
    alone: set[str] = field(default_factory=set[str])


class ScorerEnds:
    """Thread-safe."""

    def __init__(
        self,
        blobs: Blobs,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._documents = Documents(blobs, CONTAINER)
        self._clock = clock
        self._pause = pause

    def keep(self, job: str, end: ScorerEnd) -> None:
        self._documents.put(_name(job, end.process), end.to_wire())

    def gather(self, job: str, records: Iterable[tuple[int, Record]]) -> list[ScorerEnd]:
        """The ends that scorers came to; `records` are all that were accepted, by shard.

        Raises Damaged when bundles must be scored again, and InvalidRequest when that is no use.
        """
        parts = _parts(records)
        expected = [process for process, part in parts.items() if part.may_write or part.must_end]
        ends = self._await_ends(job, expected)
        for end in ends:
            if end.problem:
                raise InvalidRequest(end.problem, fix="Then invoke again.")
        found = {end.process: end for end in ends if not end.is_under_way}
        for process in expected:
            _check(parts[process], found.get(process))
        _check_alone(parts.values())
        return list(found.values())

    def _await_ends(self, job: str, expected: list[str]) -> list[ScorerEnd]:
        began = self._clock()
        while True:
            ends = [self._find(job, process) for process in expected]
            late = [process for process, end in zip(expected, ends, strict=True) if end is None]
            is_under_way = any(end is not None and end.is_under_way for end in ends)
            waited = self._clock() - began
            limit = END_S if is_under_way else NOTICE_S
            if not (late or is_under_way) or waited > limit:
                return [end for end in ends if end is not None]
            self._pause(_LOOK_EVERY_S)

    def _find(self, job: str, process: str) -> ScorerEnd | None:
        document = self._documents.find(_name(job, process))
        return ScorerEnd.from_wire(document.body) if document else None


def _parts(records: Iterable[tuple[int, Record]]) -> dict[str, _AcceptedBundles]:
    """By process, in the order of the last bundle of each: so its changes are applied."""
    parts: dict[str, _AcceptedBundles] = {}
    for shard, record in records:
        part = parts.pop(record.process, None) or _AcceptedBundles(shard)
        part.turns.add(record.turn)
        part.may_write |= record.may_write_at_end
        part.must_end |= record.must_end_well
        part.alone |= set(record.alone)
        parts[record.process] = part
    return parts


def _check(part: _AcceptedBundles, end: ScorerEnd | None) -> None:
    """Raise Damaged unless the end is that of just these bundles."""
    if end is None:
        if part.must_end:
            raise Damaged(part.shard)
    elif (end.changes or part.must_end) and part.turns != set(range(1, end.turns + 1)):
        raise Damaged(part.shard)


def _check_alone(parts: Iterable[_AcceptedBundles]) -> None:
    writers = Counter(name for part in parts for name in part.alone)
    for name, count in writers.items():
        if count > 1:
            raise InvalidRequest(
                f"{count} processes held a file '{name}' open under AZUREML_BI_OUTPUT_PATH, and "
                "what they wrote cannot be made one file.",
                fix="Give each process a file of its own: put os.getpid() into its name.",
            )


def _name(job: str, process: str) -> str:
    return f"{job}/ends/{process}.json"
