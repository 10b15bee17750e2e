"""The timeline: every span of a short job, so many of a long one, and nothing lost in between."""

import time

import pytest

from shared.domain.sheet import Loads
from shared.domain.timeline import Timeline
from tests.domain.sheets import a_sheet

EVER = 10.0**12


def test_each_scorer_has_its_loads_waits_and_runs() -> None:
    loads = Loads(scorer=[0], start_ms=[-50], ms=[100])
    sheet = a_sheet([100.0] * 2, loads=loads, waited_ms=[20, 0], failed=[0, 3])
    sheet = sheet.model_copy(update={"start_ms": [100.0, 300.0]})

    told = Timeline.of([sheet], 0, EVER).to_wire()

    assert ["node/process000"] == told["scorers"]
    spans = told["spans"]
    assert ["i", "w", "r", "r"] == spans["kind"]
    assert [-50, 80, 100, 300] == spans["start_ms"]
    assert [100, 20, 100, 100] == spans["ms"]
    assert [-1, -1, 0, 1] == spans["first"]
    assert [0, 0, 0, 1] == spans["failed"]


def test_a_window_shows_what_lies_in_it() -> None:
    sheet = a_sheet([100.0] * 10)

    assert [2, 3, 4] == [span.first for span in Timeline.of([sheet], 250, 450).spans]


def test_a_spare_that_was_loaded_before_the_job_is_not_shown() -> None:
    sheet = a_sheet([100.0], loads=Loads(scorer=[0], start_ms=[-500], ms=[100]))

    assert ["run"] == [span.kind for span in Timeline.of([sheet], 0, EVER).spans]


@pytest.mark.parametrize("most", [2, 10, 100, 1_999])
@pytest.mark.parametrize("scorers", [1, 3, 40])
def test_thinning_keeps_counts_and_failures(most: int, scorers: int) -> None:
    sheets = [
        a_sheet([100.0] * 200, first=200 * i, scorers=[f"n/p{i % scorers}"], failed=[1] + [0] * 199)
        for i in range(50)
    ]
    whole = Timeline.of(sheets, 0, EVER)

    thin = whole.thinned(most)

    assert len(thin.spans) <= max(most, 2)
    if len(thin.scorers) == len(whole.scorers):
        assert (10_000, 50) == (
            sum(span.count for span in thin.spans),
            sum(span.failed for span in thin.spans),
        )
        assert max(span.end for span in whole.spans) == max(span.end for span in thin.spans)


def test_a_hundred_thousand_spans_are_thinned_in_short_time() -> None:
    sheets = [a_sheet([100.0] * 200, first=200 * i) for i in range(500)]
    began = time.process_time()

    thin = Timeline.of(sheets, 0, EVER).thinned(2_000)

    assert time.process_time() - began < 5
    assert 100_000 == sum(span.count for span in thin.spans)
