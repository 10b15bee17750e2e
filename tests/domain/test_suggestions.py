"""Suggestions: what a job's numbers ask for, and that they ask for nothing without a reason."""

from typing import Any

import pytest

from shared.domain.deployment import BatchSettings, RetrySettings
from shared.domain.plan import Plan
from shared.domain.run_facts import MOST_BARS, MOST_POINTS, RunFacts, quantile
from shared.domain.sheet import FailedTries, Loads, Sheet
from shared.domain.suggestions import Situation, Suggestion, suggestions
from tests.domain.sheets import a_sheet


def suggested(sheet: Sheet, size: int = 10, files: int = 10_000, **more: Any) -> list[Suggestion]:
    settings = BatchSettings(
        mini_batch_size=size, retry_settings=RetrySettings(timeout_s=30, max_retries=3), **more
    )
    plan = Plan(files=files, minibatches=max(1, files // size), shards=5)
    return suggestions(Situation(settings, plan, RunFacts.of([sheet]), downloads_at_once=32))


def test_a_job_that_is_well_set_gets_none() -> None:
    assert [] == suggested(a_sheet([2_000.0] * 50, beside_ms=5))


def test_a_run_that_comes_near_its_timeout_asks_for_smaller_mini_batches() -> None:
    [one] = suggested(a_sheet([5_000.0] * 90 + [28_000.0] * 10))

    assert ("mini_batch_size", 10, 5) == (one.setting, one.current, one.suggested)
    assert "p95 of run() is 28 s of a 30 s timeout: use mini_batch_size 5." == one.why


def test_of_one_file_the_timeout_is_what_can_grow() -> None:
    [one] = suggested(a_sheet([28_000.0] * 10), size=1)

    assert ("retry_settings.timeout", 30, 56) == (one.setting, one.current, one.suggested)


def test_tries_that_their_timeout_ended_are_counted() -> None:
    lost = FailedTries(
        mini_batch=[1, 2],
        start_ms=[0, 0],
        ms=[30_000, 10],
        kind=["timeout", "exception"],
        error_type=["Timeout", "E"],
    )
    [one] = suggested(a_sheet([1_000.0] * 50, failed_tries=lost))

    assert one.why.startswith("1 of 2 failed tries were ended by the timeout")
    assert ("mini_batch_size", 5) == (one.setting, one.suggested)


def test_tiny_runs_ask_for_larger_mini_batches() -> None:
    [one] = suggested(a_sheet([4.0] * 100, beside_ms=6), size=1)

    assert ("mini_batch_size", 1) == (one.setting, one.current)
    assert one.suggested is not None
    assert 10 <= one.suggested <= 20
    assert "run() takes 4 ms per mini-batch, while each costs" in one.why


def test_a_job_of_few_files_keeps_a_share_for_each_scorer() -> None:
    sheet = a_sheet([4.0] * 100, beside_ms=6)

    assert [] == suggested(sheet, size=1, files=4, instance_count=2)


def test_time_spent_in_init_is_told() -> None:
    loads = Loads(scorer=[0], start_ms=[0], ms=[90_000])
    sheet = a_sheet([1_000.0] * 10, loads=loads)
    later: list[float | None] = [90_000 + 1_000 * i for i in range(10)]

    [one] = suggested(sheet.model_copy(update={"start_ms": later}))

    assert "90% of the scorers' time was init(): score more files with each job" in one.why
    assert one.suggested is None


def test_a_spare_that_was_loaded_before_costs_nothing() -> None:
    loads = Loads(scorer=[0], start_ms=[-95_000], ms=[90_000])

    assert [] == suggested(a_sheet([1_000.0] * 10, loads=loads))


def test_retries_that_help_nobody_are_told() -> None:
    sheet = a_sheet([1_000.0] * 10, tries=[3] * 4 + [1] * 6, failed=[10] * 4 + [0] * 6)

    [one] = suggested(sheet)

    assert ("retry_settings.max_retries", 3, 1) == (one.setting, one.current, one.suggested)


@pytest.mark.parametrize(("held", "count"), [(800, 0), (900, 1)])
def test_memory_near_its_limit_is_told(held: int, count: int) -> None:
    found = suggested(a_sheet([1_000.0] * 10, memory_mb=held, memory_limit_mb=1_000))

    assert ["mini_batch_size"] * count == [one.setting for one in found]


def test_scorers_that_wait_for_files_ask_for_more_downloads() -> None:
    waits: list[float | None] = [2_000.0 * i + 1_000 for i in range(10)]
    sheet = a_sheet([1_000.0] * 10, waited_ms=[1_000] * 10)

    [one] = suggested(sheet.model_copy(update={"start_ms": waits}))

    assert ("DOWNLOADS_AT_ONCE", 32, 64) == (one.setting, one.current, one.suggested)


def test_fewer_mini_batches_than_scorers_are_told() -> None:
    [one] = suggested(a_sheet([1_000.0] * 2), size=10, files=20, instance_count=8)

    assert ("mini_batch_size", 1) == (one.setting, one.suggested)
    assert "2 mini-batches kept 2 of 8 scorers busy" in one.why


def test_a_histogram_holds_every_run_and_few_bars() -> None:
    told = RunFacts.of([a_sheet([0.0, 0.02, 5, 5, 70, 90_000])]).durations()

    counts, edges = told["histogram"]["counts"], told["histogram"]["edges_ms"]
    assert (6, len(edges) - 1) == (sum(counts), len(counts))
    assert len(counts) <= MOST_BARS
    assert (5, 90_000, 90_000) == (told["p50_ms"], told["p95_ms"], told["max_ms"])
    assert [3] == RunFacts.of([a_sheet([7.0] * 3)]).durations()["histogram"]["counts"]


@pytest.mark.parametrize("each_ms", [1.0, 977.0, 40_000.0])
def test_the_pace_has_few_points_however_long_the_job(each_ms: float) -> None:
    told = RunFacts.of([a_sheet([each_ms] * 150)]).pace()

    assert 1_500 == sum(told["files"])
    assert len(told["files"]) == len(told["failed"]) <= MOST_POINTS


def test_a_quantile_is_one_of_the_values() -> None:
    assert [1, 2, 4, 4] == [quantile([1, 2, 3, 4], share) for share in (0.0, 0.5, 0.95, 1.0)]
    assert 0.0 == quantile([], 0.5)
