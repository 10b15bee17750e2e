"""A job's log grows at its end, whoever reads it and whenever."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.job import Change, Job, JobState, JobStatus
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.streamed_log import StreamedLog
from tests.support.specs import a_spec

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
PLAN = Plan(key="k", files=100, minibatches=100, shards=1)
NO_MORE = list[str]()


def a_job(done: int, status: JobStatus = JobStatus.RUNNING) -> Job:
    tally = Tally(files=done, minibatches=done)
    return Job(
        spec=a_spec(),
        state=JobState(status=status, plan=PLAN, tally=tally, scoring_since=BEGAN),
    )


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


@given(st.lists(st.tuples(st.integers(0, 100), st.floats(0, 500)), max_size=30))
def test_what_was_told_is_never_taken_back(reads: list[tuple[int, float]]) -> None:
    """Readers come in any order, some with counts that others have passed."""
    log = StreamedLog()
    for done, seconds in reads:
        before = log.text
        log = log.grown(a_job(done), at(seconds), NO_MORE)
        assert log.text.startswith(before)
        log = StreamedLog.from_wire(log.to_wire())

    told = [line for line in log.lines if "Processed" in line]
    assert sorted(set(told), key=told.index) == told
    ended = log.grown(a_job(100, JobStatus.COMPLETED), at(999), ["the end"])
    assert ended.text == log.text + ended.text[len(log.text) :]
    assert "the end" == ended.lines[-1]
    assert ended == ended.grown(a_job(100, JobStatus.COMPLETED), at(1000), ["more"])


def test_a_line_tells_counts_pace_and_what_remains() -> None:
    log = StreamedLog().grown(a_job(25), at(10), NO_MORE)

    assert log.lines[-1].endswith(
        "Processed 25 of 100 mini-batches, 25 of 100 files, 2.5 files/s. "
        "Estimated remaining time 24-36 s."
    )
    assert log == log.grown(a_job(25), at(11), NO_MORE)


def test_the_log_of_a_long_job_stays_short() -> None:
    """Read each second for a day, with a new count each time."""
    plan = PLAN.model_copy(update={"minibatches": 100_000, "files": 100_000})
    log = StreamedLog()
    for second in range(1, 86_400, 10):
        job = a_job(second)
        state = job.state.model_copy(update={"plan": plan})
        log = log.grown(job.model_copy(update={"state": state}), at(second), NO_MORE)

    assert 100 < len(log.lines) < 2000


def test_a_cancel_is_reported_once() -> None:
    cancel = Change(at=at(5), by="ann")
    job = a_job(1).model_copy(update={"cancel": cancel})

    log = StreamedLog().grown(job, at(6), NO_MORE).grown(job, at(7), NO_MORE)

    assert ["2026-01-01T00:00:05.000Z Cancel was requested by ann."] == [
        line for line in log.lines if "Cancel" in line
    ]
