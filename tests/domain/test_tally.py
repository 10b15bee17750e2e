"""A tally is a sum: over whatever order of outcomes, and however they are grouped."""

import random

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.minibatch import Span
from shared.domain.outcome import Outcome, Tally

COUNT = st.integers(0, 10**9)
# Eighths add up without rounding, in any order.
SECONDS = COUNT.map(lambda eighths: eighths / 8)
TALLIES = st.builds(
    Tally,
    files=COUNT,
    failed_files=COUNT,
    minibatches=COUNT,
    failed_minibatches=COUNT,
    rows=COUNT,
    retries=COUNT,
    seconds=SECONDS,
)
OUTCOMES = st.builds(
    lambda first, length, **counts: Outcome(span=Span(first=first, stop=first + length), **counts),
    first=COUNT,
    length=st.integers(0, 100),
    files=COUNT,
    failed_files=COUNT,
    failed_minibatches=COUNT,
    rows=COUNT,
    retries=COUNT,
    seconds=SECONDS,
)


def over(outcomes: list[Outcome]) -> Tally:
    tally = Tally()
    for outcome in outcomes:
        tally = tally.after(outcome)
    return tally


@given(one=TALLIES, other=TALLIES, third=TALLIES)
def test_tallies_add_like_numbers(one: Tally, other: Tally, third: Tally) -> None:
    assert one.plus(other) == other.plus(one)
    assert one.plus(other).plus(third) == one.plus(other.plus(third))
    assert one == one.plus(Tally())


@given(one=TALLIES, other=TALLIES)
def test_every_count_is_in_the_sum(one: Tally, other: Tally) -> None:
    """A field that is added to a tally is added up, too."""
    parts = (one.to_wire(), other.to_wire())

    assert {key: parts[0][key] + parts[1][key] for key in parts[0]} == one.plus(other).to_wire()


@given(outcomes=st.lists(OUTCOMES, max_size=20), seed=st.integers(0, 99), cut=st.integers(0, 20))
def test_outcomes_count_the_same_in_any_order_and_in_any_parts(
    outcomes: list[Outcome], seed: int, cut: int
) -> None:
    shuffled = random.Random(seed).sample(outcomes, len(outcomes))  # noqa: S311  # a script

    whole = over(outcomes)

    assert whole == over(shuffled)
    assert whole == over(shuffled[:cut]).plus(over(shuffled[cut:]))
    assert sum(len(outcome.span) for outcome in outcomes) == whole.minibatches
    assert sum(outcome.failed_files for outcome in outcomes) == whole.failed_files


@given(outcomes=st.lists(OUTCOMES, max_size=10), more=OUTCOMES)
def test_no_count_falls_by_an_outcome(outcomes: list[Outcome], more: Outcome) -> None:
    before = over(outcomes)
    after = before.after(more)

    assert all(getattr(before, key) <= getattr(after, key) for key in Tally.model_fields)


@given(tally=TALLIES)
def test_a_pace_is_the_mean_and_none_before_the_first_mini_batch(tally: Tally) -> None:
    pace = tally.seconds_per_minibatch

    assert (pace is None) == (tally.minibatches == 0)
    if pace is not None:
        assert abs(pace * tally.minibatches - tally.seconds) <= 1e-6 * max(1, tally.seconds)


@given(tally=TALLIES)
def test_a_tally_crosses_a_history_unchanged(tally: Tally) -> None:
    assert tally == Tally.from_wire(tally.to_wire())
