"""Files share one predict() only where comparing has shown that it makes no difference."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

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
