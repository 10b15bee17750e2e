"""Files share one predict() only where comparing has shown that it makes no difference."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from shared.scoring.child.mlflow import batches
from shared.scoring.child.mlflow import sharing as sharing_module
from shared.scoring.child.mlflow.batches import Loaded, rows_of
from shared.scoring.child.mlflow.sample import Sample
from shared.scoring.child.mlflow.sharing import DIFFERS, Deadline, Sharing


class Model:
    def __init__(self, answer: Callable[[Any], Any]) -> None:
        self._answer = answer
        self.sizes: list[int] = []

    def predict(self, data: Any) -> Any:
        self.sizes.append(len(data))
        return self._answer(data)


def files(*counts: int, first: float = 1.0) -> Iterator[Loaded]:
    for at, count in enumerate(counts):
        values = first + at + np.arange(count) / 8
        yield Loaded(f"f{at}", Sample(pd.DataFrame({"x": values}), count))


def score(sharing: Sharing, model: Model, *counts: int, **given: Any) -> str:
    """One mini-batch; a failure is its message."""
    deadline = given.pop("deadline", Deadline(0))
    answers = [
        answer
        for group in sharing.groups(files(*counts, **given))
        for answer in sharing.scored(model, group, rows_of, deadline)
    ]
    return "".join(
        answer.block.decode() if answer.failure is None else f"{answer.failure.message}\n"
        for answer in answers
    )


def row_wise(frame: Any) -> Any:
    return frame["x"] * 2


def mean(frame: Any) -> Any:
    return np.full(len(frame), frame["x"].mean())


def test_the_first_mini_batches_are_scored_both_ways_and_the_others_together() -> None:
    sharing, model = Sharing(asked=None), Model(row_wise)

    rows = {score(sharing, model, 2, 1) for _ in range(5)}

    assert {"0,2.0,f0\n1,2.25,f0\n0,4.0,f1\n"} == rows
    assert [2, 1, 3] * 3 + [3] * 2 == model.sizes
    assert (True, "", False) == (sharing.may_share, sharing.apart, sharing.has_differed)


def test_of_large_files_none_is_scored_twice_to_compare() -> None:
    """Of x alone, 65,536 rows have half of a MiB."""
    sharing, model = Sharing(asked=None), Model(row_wise)

    score(sharing, model, 90_000, 90_000, 60_000, 60_000)

    assert [90_000, 90_000, 60_000, 60_000, 120_000] == model.sizes


def test_a_model_of_the_whole_batch_gives_what_it_gives_file_by_file_and_says_why() -> None:
    sharing, model = Sharing(asked=None), Model(mean)

    rows = [score(sharing, model, 2, 1) for _ in range(3)]

    assert ["0,1.0625,f0\n1,1.0625,f0\n0,2.0,f1\n"] * 3 == rows
    assert [2, 1, 3, 2, 1, 2, 1] == model.sizes
    assert (False, DIFFERS, True) == (sharing.may_share, sharing.apart, sharing.has_differed)


def test_what_differs_in_the_last_bit_differs() -> None:
    sharing = Sharing(asked=None)
    model = Model(lambda frame: np.nextafter(frame["x"], 9.0 if len(frame) > 2 else 0.0))

    alone = score(Sharing(asked=False), Model(model.predict), 2, 1)

    assert alone == score(sharing, model, 2, 1)
    assert sharing.has_differed


def test_a_comparison_now_and_then_finds_a_later_difference() -> None:
    sharing, model = Sharing(asked=None), Model(row_wise)
    for _ in range(60):
        score(sharing, model, 2, 1)
    assert 3 * 3 + 57 == len(model.sizes)
    changed = Model(lambda frame: frame["x"] * len(frame))

    for _ in range(64):
        score(sharing, changed, 2, 1)

    assert sharing.has_differed
    assert "0,2.0,f0\n1,2.25,f0\n0,2.0,f1\n" == score(sharing, changed, 2, 1)


def test_files_of_another_size_are_compared_before_they_are_trusted() -> None:
    sharing = Sharing(asked=None)
    model = Model(lambda frame: frame["x"] * (2 if len(frame) < 100 else 3))
    for _ in range(4):
        score(sharing, model, 2, 1)

    rows = score(sharing, model, 60, 60)

    assert rows.startswith("0,2.0,f0\n") and sharing.has_differed  # noqa: PT018  # one outcome


def refuses_nine(frame: Any) -> Any:
    if 9.0 in frame["x"].tolist():
        raise ValueError("no nines")
    return frame["x"]


def test_a_bad_file_costs_that_file_only_and_proves_nothing() -> None:
    sharing, model = Sharing(asked=None), Model(refuses_nine)
    for _ in range(3):
        score(sharing, model, 1, 1)

    rows = score(sharing, model, 1, 1, first=8.0)

    assert "0,8.0,f0\nError processing input file: 'f1'. Exception: no nines\n" == rows
    assert (True, False) == (sharing.may_share, sharing.has_differed)


def test_where_every_mini_batch_has_a_bad_file_nothing_is_tried_any_more() -> None:
    sharing, model = Sharing(asked=None), Model(refuses_nine)

    for _ in range(5):
        score(sharing, model, 1, 1, first=8.0)
    model.sizes.clear()
    score(sharing, model, 1, 1)

    assert [1, 1] == model.sizes
    assert "5 mini-batches" in sharing.apart
    assert not sharing.has_differed


@pytest.mark.parametrize("asked", [True, False])
def test_who_asks_gets_it_always_or_never(asked: bool) -> None:  # noqa: FBT001  # a parameter
    sharing, model = Sharing(asked=asked), Model(mean)
    sharing.end("another process has found a difference")

    for _ in range(4):
        score(sharing, model, 2, 1)

    assert ([3] if asked else [2, 1]) * 4 == model.sizes
    assert "" == sharing.apart


def test_what_is_not_known_to_treat_rows_alone_is_never_tried() -> None:
    sharing, model = Sharing(asked=None, against="it is a user's own"), Model(mean)

    score(sharing, model, 2, 1)

    assert [2, 1] == model.sizes
    assert ("it is a user's own", False) == (sharing.apart, sharing.has_differed)


def test_what_another_process_has_found_ends_it() -> None:
    sharing, model = Sharing(asked=None), Model(row_wise)

    sharing.end(DIFFERS)
    score(sharing, model, 2, 1)

    assert [2, 1] == model.sizes
    assert (DIFFERS, True) == (sharing.apart, sharing.has_differed)


def test_nothing_is_tried_of_a_run_that_has_used_much_of_its_time() -> None:
    sharing, model = Sharing(asked=None), Model(row_wise)

    score(sharing, model, 2, 1, deadline=Deadline(1e-9))

    assert [2, 1] == model.sizes


def by_place(frame: Any) -> Any:
    """As a product of matrices does: the rows after the last four are summed in another way."""
    last = len(frame) - len(frame) % 4
    return [x if at < last else np.nextafter(x, 99.0) for at, x in enumerate(frame["x"].tolist())]


def test_rows_that_may_depend_on_their_place_are_proven_by_their_layout() -> None:
    """Four and four are never told from two times four; five and three would be."""
    sharing, model = Sharing(asked=None, needs_layout=True), Model(by_place)
    alone = Sharing(asked=False)

    for counts in ((4, 4), (4, 4), (4, 4), (4, 4), (4, 4), (5, 3), (3, 5), (8, 4)):
        assert score(alone, Model(by_place), *counts) == score(sharing, model, *counts)

    assert [4, 4, *[4, 4, 8] * 3, 8, 5, 3, 3, 5, 8, 4] == model.sizes
    assert not sharing.has_differed


def test_a_layout_that_comes_again_is_compared_and_a_difference_ends_it() -> None:
    sharing, model = Sharing(asked=None, needs_layout=True), Model(by_place)

    score(sharing, model, 5, 3)
    assert "" == sharing.apart
    score(sharing, model, 5, 3)

    assert (DIFFERS, True) == (sharing.apart, sharing.has_differed)


def test_files_of_other_kinds_are_another_layout() -> None:
    def rows(end: str) -> None:
        given = [Loaded(f"{one.name}.{end}", one.sample) for one in files(4, 4)]
        list(sharing.scored(model, given, rows_of, Deadline(0)))

    sharing, model = Sharing(asked=None, needs_layout=True), Model(row_wise)
    for _ in range(5):
        rows("csv")
    model.sizes.clear()

    rows("parquet")
    rows("csv")

    assert [4, 4, 8] == model.sizes


def test_of_very_many_layouts_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing_module, "_MOST_LAYOUTS", 2)
    sharing, model = Sharing(asked=None, needs_layout=True), Model(row_wise)

    for counts in ((1, 2), (2, 1), (3, 1), (1, 2)):
        score(sharing, model, *counts)

    assert [1, 2, 2, 1, 3, 1, 1, 2] == model.sizes


def test_a_linear_model_gives_the_rows_that_it_gives_file_by_file() -> None:
    """Proven by files of four rows, where each stands as it stands alone, and then they are odd."""
    chance = np.random.default_rng(0)
    columns = [f"x{at}" for at in range(4)]

    def tables(counts: tuple[int, ...]) -> list[Loaded]:
        frames = [pd.DataFrame(chance.normal(size=(n, 4)), columns=columns) for n in counts]
        return [Loaded(f"f{at}", Sample(one, len(one))) for at, one in enumerate(frames)]

    training = tables((200,))[0].sample
    assert training is not None
    model = LinearRegression().fit(training.data, chance.normal(size=200))
    sharing = Sharing(asked=None, needs_layout=True)
    for counts in [(4, 4)] * 4 + [(5, 3), (3, 4), (1, 4), (2, 4)] * 10:
        given = tables(counts)
        alone = [one.block for one in batches.scored_alone(model, given, rows_of)]
        shared = [one.block for one in sharing.scored(model, given, rows_of, Deadline(0))]
        assert alone == shared, counts
