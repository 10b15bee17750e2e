"""Progress: counts that add up, and a forecast only when there is enough to say."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.job import JobState, JobStatus
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.progress import Eta, progress_of

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def a_state(done: int, total: int = 100, status: JobStatus = JobStatus.RUNNING) -> JobState:
    return JobState(
        status=status,
        plan=Plan(files=total * 10, minibatches=total),
        tally=Tally(files=done * 10, minibatches=done, failed_files=min(3, done), rows=done),
        scoring_since=SINCE,
    )


def test_nothing_is_reported_before_planning() -> None:
    assert progress_of(JobState(), SINCE) is None


def test_too_few_minibatches_give_no_forecast() -> None:
    progress = progress_of(a_state(2), SINCE + timedelta(seconds=10))

    assert progress is not None
    assert progress.eta is None


@given(done=st.integers(3, 99), seconds=st.floats(0.5, 10_000))
def test_the_range_holds_the_straight_forecast(done: int, seconds: float) -> None:
    progress = progress_of(a_state(done), SINCE + timedelta(seconds=seconds))

    assert progress is not None
    assert progress.eta is not None
    expected = (100 - done) * seconds / done
    assert progress.eta.low_s <= expected + 0.1
    assert expected <= progress.eta.high_s + 0.1
    assert 100 * 10 == progress.files.done + progress.files.remaining


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0.0, 0.4, "under 1 s"),
        (0.9, 1.2, "about 1 s"),
        (0.2, 3.0, "0-3 s"),
        (24.0, 36.0, "24-36 s"),
    ],
)
def test_a_forecast_in_words_is_never_a_range_of_nothing(
    low: float, high: float, told: str
) -> None:
    assert told == str(Eta(low_s=low, high_s=high))


def test_an_ended_job_has_no_forecast_and_its_clock_stands() -> None:
    ended = a_state(50, status=JobStatus.FAILED).model_copy(
        update={"ended_at": SINCE + timedelta(seconds=7)}
    )

    progress = progress_of(ended, SINCE + timedelta(days=3))

    assert progress is not None
    assert (None, 7.0) == (progress.eta, progress.elapsed_s)


def test_counts_never_fall_and_an_end_stays() -> None:
    later, earlier = a_state(50), a_state(40)
    ended = a_state(50, status=JobStatus.COMPLETED)

    assert later == later.followed_by(earlier)
    assert ended == ended.followed_by(a_state(60))
    assert later == earlier.followed_by(later)


STATES = st.builds(
    lambda files, minibatches, done_files, done, failed: JobState(
        status=JobStatus.RUNNING,
        plan=Plan(files=files, minibatches=minibatches),
        tally=Tally(files=done_files, minibatches=done, failed_files=failed),
        scoring_since=SINCE,
    ),
    files=st.integers(0, 1000),
    minibatches=st.integers(1, 1000),
    done_files=st.integers(0, 2000),
    done=st.integers(0, 2000),
    failed=st.integers(0, 2000),
)


@given(state=STATES, seconds=st.floats(-100, 1e7))
def test_nothing_that_is_shown_is_ever_negative(state: JobState, seconds: float) -> None:
    """Also of counts that run ahead of the plan, and by a clock that is behind."""
    progress = progress_of(state, SINCE + timedelta(seconds=seconds))

    assert progress is not None
    assert progress.elapsed_s >= 0
    assert min(progress.files.remaining, progress.mini_batches.remaining) >= 0
    assert progress.files_per_s is None or progress.files_per_s >= 0
    if progress.eta is not None:
        assert 0 <= progress.eta.low_s <= progress.eta.high_s
        assert 3 <= progress.mini_batches.done < progress.mini_batches.total


@given(done=st.integers(3, 98), seconds=st.floats(10, 10_000))
def test_a_forecast_narrows_as_the_job_goes_on(done: int, seconds: float) -> None:
    """At one pace, the range is no wider in proportion after each mini-batch."""
    forecasts = [
        progress_of(a_state(count), SINCE + timedelta(seconds=seconds * count))
        for count in (done, done + 1)
    ]

    before, after = (forecast.eta for forecast in forecasts if forecast and forecast.eta)
    assert after.high_s / after.low_s <= before.high_s / before.low_s + 0.1


states = st.sampled_from(list(JobStatus))


@given(first=st.tuples(states, st.integers(0, 100)), later=st.tuples(states, st.integers(0, 100)))
def test_the_newer_of_two_states_never_takes_back_an_end_nor_a_count(
    first: tuple[JobStatus, int], later: tuple[JobStatus, int]
) -> None:
    one, other = (a_state(done, status=status) for status, done in (first, later))

    newer = one.followed_by(other)

    assert newer in (one, other)
    if one.status.is_terminal:
        assert one == newer
    elif other.status.is_terminal:
        assert other == newer
    else:
        assert max(first[1], later[1]) == newer.tally.minibatches
