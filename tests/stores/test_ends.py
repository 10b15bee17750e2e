"""Which ends of scorers count, and which bundles come again for want of one."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.errors import InvalidRequest
from shared.domain.minibatch import Span
from shared.domain.outcome import MinibatchReport, Segment
from shared.domain.side_contents import StoredChange
from shared.stores.results import Damaged, Record
from shared.stores.scorer_ends import END_S, NOTICE_S, ScorerEnd, ScorerEnds

TOTAL = StoredChange(name="total", blob="job/side/x", is_appended=False)


class Clock:
    """Every look at it is a second later."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="ends")
def _ends(clock: Clock) -> ScorerEnds:
    blobs = MemoryBlobs()
    blobs.ensure_container("batch-jobs")
    return ScorerEnds(blobs, clock, pause=lambda _: None)


def record(
    index: int,
    process: str,
    turn: int,
    *,
    may_write: bool = True,
    must_end: bool = True,
    alone: tuple[str, ...] = (),
) -> Record:
    span = Span(first=index, stop=index + 1)
    report = MinibatchReport(
        index=index,
        files=1,
        failed_files=0,
        rows=0,
        tries=1,
        seconds=0.0,
        run_seconds=0.0,
        status="done",
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Record(
        segment=Segment(span=span, rows=0, bytes=0, sha256="", blocks=0),
        reports=[report],
        errors=[],
        process=process,
        turn=turn,
        may_write_at_end=may_write,
        must_end_well=must_end,
        alone=list(alone),
    )


def left(
    ends: ScorerEnds, job: str, records: Iterable[tuple[int, Record]]
) -> list[tuple[str, StoredChange]]:
    """What is published of the ends, each change with its process."""
    gathered = ends.gather(job, records)
    return [(end.process, change) for end in gathered for change in end.changes]


def test_what_each_process_left_comes_in_the_order_of_their_last_bundles(ends: ScorerEnds) -> None:
    for process in ("p", "q"):
        ends.keep("job", ScorerEnd(process=process, turns=2, changes=[TOTAL]))
    records = [record(0, "p", 1), record(1, "q", 1), record(2, "q", 2), record(3, "p", 2)]

    assert [("q", TOTAL), ("p", TOTAL)] == left(ends, "job", [(0, one) for one in records])


def test_bundles_whose_process_never_ended_come_again(ends: ScorerEnds, clock: Clock) -> None:
    """Another machine has some seconds to notice that the job is over."""
    with pytest.raises(Damaged) as damage:
        ends.gather("job", [(2, record(0, "p", 1)), (3, record(1, "p", 2))])

    assert 2 == damage.value.shard
    assert NOTICE_S < clock.now < END_S


def test_an_end_that_is_under_way_is_waited_for_longer(ends: ScorerEnds, clock: Clock) -> None:
    ends.keep("job", ScorerEnd(process="p", is_under_way=True))

    with pytest.raises(Damaged):
        ends.gather("job", [(0, record(0, "p", 1))])
    assert END_S < clock.now


def test_bundles_that_are_whole_without_an_end_stand(ends: ScorerEnds) -> None:
    assert [] == left(ends, "job", [(0, record(0, "p", 1, must_end=False))])


def test_processes_that_leave_nothing_are_not_waited_for(ends: ScorerEnds, clock: Clock) -> None:
    records = [record(0, "p", 1, may_write=False, must_end=False)]

    assert [] == left(ends, "job", [(0, one) for one in records])
    assert clock.now < NOTICE_S


@pytest.mark.parametrize("accepted", [[1], [2], [1, 3], [1, 2, 3]])
def test_the_end_of_other_bundles_than_the_accepted_ones_has_them_come_again(
    ends: ScorerEnds, accepted: list[int]
) -> None:
    """The process scored two: one of them for a late twin, whose rows nobody took."""
    ends.keep("job", ScorerEnd(process="p", turns=2, changes=[TOTAL]))

    with pytest.raises(Damaged):
        ends.gather("job", [(0, record(turn, "p", turn)) for turn in accepted])


def test_a_twin_does_not_matter_to_processes_that_left_nothing(ends: ScorerEnds) -> None:
    ends.keep("job", ScorerEnd(process="p", turns=2))

    assert [] == left(ends, "job", [(0, record(0, "p", 1, must_end=False))])


def test_the_end_of_a_process_that_scored_only_for_twins_is_not_published(ends: ScorerEnds) -> None:
    ends.keep("job", ScorerEnd(process="p", turns=1, changes=[TOTAL]))
    ends.keep("job", ScorerEnd(process="twin", turns=1, changes=[TOTAL]))

    assert [("p", TOTAL)] == left(ends, "job", [(0, record(0, "p", 1))])


def test_what_is_lost_at_an_end_fails_the_job_in_words(ends: ScorerEnds) -> None:
    ends.keep("job", ScorerEnd(process="p", turns=1, problem="The archive is torn. Close it."))

    with pytest.raises(InvalidRequest, match=r"The archive is torn\. Close it\."):
        ends.gather("job", [(0, record(0, "p", 1))])


def test_a_table_that_two_processes_wrote_fails_the_job_in_words(ends: ScorerEnds) -> None:
    """Joined they would be no table, and of either alone the other's rows are missing."""
    for process in ("p", "q"):
        ends.keep("job", ScorerEnd(process=process, turns=2))
    records = [record(turn, process, turn, alone=("t",)) for process in "pq" for turn in (1, 2)]

    assert [] == left(ends, "job", [(0, one) for one in records[:2]])
    with pytest.raises(InvalidRequest, match="2 processes held a file 't' open"):
        ends.gather("job", [(0, one) for one in records])
