"""Samples: which files are chosen, and what their times say of the whole."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.minibatch import PlannedFile, minibatches_of
from shared.domain.outcome import MinibatchReport
from shared.domain.projection import Terms, projected
from shared.domain.sample import CANDIDATES, EXACT, SampleRequest, Sampling, Spread, Whole


def files_of(count: int) -> list[PlannedFile]:
    return [PlannedFile(name=f"{index:06d}", etag="e", size=index) for index in range(count)]


@settings(deadline=None)  # thousands of files on a busy machine
@given(total=st.integers(1, 5000), wanted=st.integers(1, 60))
def test_a_sample_has_the_first_the_last_and_others_evenly_between(total: int, wanted: int) -> None:
    """No gap is more than a quarter wider than an even one, and one file more."""
    sampling = Sampling(SampleRequest(files=wanted))

    chosen = [int(file.name) for file in sampling.taken(iter(files_of(total)))]

    assert min(total, wanted) == len(chosen) == len(set(chosen))
    assert sorted(chosen) == chosen
    assert 0 == chosen[0]
    assert wanted == 1 or total - 1 == chosen[-1]
    if wanted > 1:
        widest = max((after - one for one, after in pairwise(chosen)), default=0)
        assert widest <= math.ceil((total - 1) / (wanted - 1) * (1 + 2 / CANDIDATES)) + 1
    assert Whole(files=total, bytes=sum(range(total))) == sampling.whole


def test_what_is_kept_while_names_pass_is_bounded() -> None:
    spread = Spread(3)
    for file in files_of(10_000):
        spread.add(file)
        assert len(spread._kept) <= EXACT


def test_without_a_request_all_files_pass_and_nothing_is_counted() -> None:
    files, sampling = files_of(5), Sampling(None)

    assert files == list(sampling.taken(iter(files)))
    assert sampling.whole is None


def test_of_an_empty_input_a_sample_is_empty() -> None:
    sampling = Sampling(SampleRequest(files=3))

    assert [] == list(sampling.taken(iter([])))
    assert Whole() == sampling.whole


def report(files: int, seconds: float, waited: float = 0.0) -> MinibatchReport:
    return MinibatchReport(
        index=0,
        files=files,
        failed_files=0,
        rows=files,
        tries=1,
        seconds=seconds,
        run_seconds=seconds,
        status="done",
        waited=waited,
    )


def terms(files: int, parallelism: int = 1, price: float = 0.0) -> Terms:
    whole = Whole(files=files, bytes=0)
    return Terms(whole, minibatches_of(files, 10), parallelism, 2, price)


def test_equal_minibatches_are_projected_without_an_error() -> None:
    """Five of 2 s in a job of 13 s: 3 s of start, and 100 times 2 s."""
    found = projected([report(10, 1.5, 0.5)] * 5, 13, terms(1000))

    assert found is not None
    assert (3.0, 203.0, 203.0, 203.0, 0.0) == (
        found.startup_s,
        found.seconds,
        found.low_s,
        found.high_s,
        found.error,
    )
    assert (2.0, 0.0) == (found.mean_s, found.spread_s)


def test_a_smaller_last_minibatch_counts_by_its_files() -> None:
    found = projected([report(10, 2), report(5, 1)], 3, terms(1000))

    assert found is not None
    assert (200.0, 0.0) == (found.seconds, found.error)


def test_parallel_minibatches_share_the_time_as_far_as_there_are_any() -> None:
    found = projected([report(10, 2)] * 4, 2, terms(1000, parallelism=4))
    few = projected([report(10, 2)] * 4, 2, terms(20, parallelism=4))

    assert found is not None
    assert few is not None
    assert (50.0, 2.0) == (found.seconds, few.seconds)


def test_one_minibatch_has_no_error_and_says_so() -> None:
    found = projected([report(10, 2)], 2, terms(1000))

    assert found is not None
    assert (None, None, None, None) == (found.error, found.low_s, found.high_s, found.spread_s)
    assert "sample more files than one mini-batch holds" in found.basis


def test_a_sample_of_everything_has_no_error() -> None:
    found = projected([report(10, 2), report(10, 9)], 11, terms(20))

    assert found is not None
    assert (11.0, 0.0) == (found.seconds, found.error)


def test_the_cost_is_of_all_instances_and_only_if_there_is_a_price() -> None:
    found = projected([report(10, 36)] * 3, 108, terms(1000, price=5.0))
    free = projected([report(10, 36)] * 3, 108, terms(1000))

    assert found is not None
    assert found.cost is not None
    assert (10.0, 10.0, 2) == (found.cost.amount, found.cost.high, found.cost.instances)
    assert free is not None
    assert free.cost is None


def test_nothing_measured_is_nothing_projected() -> None:
    assert projected([], 5, terms(10)) is None


@given(
    seconds=st.lists(st.floats(0.01, 100), min_size=2, max_size=20),
    parallelism=st.integers(1, 8),
    whole=st.integers(1, 100_000),
)
def test_the_expected_time_lies_between_its_bounds(
    seconds: list[float], parallelism: int, whole: int
) -> None:
    found = projected([report(10, one) for one in seconds], sum(seconds), terms(whole, parallelism))

    assert found is not None
    assert found.low_s is not None
    assert found.high_s is not None
    assert found.low_s <= found.seconds <= found.high_s


@pytest.mark.parametrize("spread", [0.0, 0.1, 0.5])
def test_the_stated_error_holds_for_most_samples(spread: float) -> None:
    """Of a whole of 400 mini-batches, each fifth is sampled in turn: 19 of 20 bounds hold."""
    times = [1 + spread * math.sin(index * 12.9898) for index in range(400)]
    truth, hits, samples = sum(times), 0, 0
    for start in range(80):
        measured = [times[(start * 7 + step * 53) % 400] for step in range(8)]
        found = projected([report(10, one) for one in measured], sum(measured), terms(4000))
        assert found is not None
        assert found.low_s is not None
        assert found.high_s is not None
        samples += 1
        hits += found.low_s - 1e-6 <= truth <= found.high_s + 1e-6

    assert hits / samples >= 0.9
