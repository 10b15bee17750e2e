from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from shared.scoring.child.mlflow.batches import Loaded, file_failure, groups, scored
from shared.scoring.child.mlflow.sample import Sample


class Model:
    """Remembers the sizes it was given."""

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        self._answer = answer
        self.sizes: list[int] = []

    def predict(self, data: Any) -> Any:
        self.sizes.append(len(data))
        return self._answer(data)


def table(name: str, *values: Any, column: str = "x") -> Loaded:
    return Loaded(name, Sample(pd.DataFrame({column: list(values)}), len(values)))


def picture(name: str, *shape: int, is_batch: bool = True) -> Loaded:
    return Loaded(name, Sample(np.ones(shape), 1, is_table=False, is_batch=is_batch))


def score(model: Model, *files: Loaded) -> str:
    answers = [answer for group in groups(files) for answer in scored(model, group)]
    assert len(answers) == len(files)
    return "".join(
        answer.block.decode() or f"{answer.failure.message if answer.failure else 'nothing'}\n"
        for answer in answers
    )


THREE = (table("a", 1.5, 2.5), table("b", 3.5), table("c", 4.5, 5.5))
ROWS = "0,1.5,a\n1,2.5,a\n0,3.5,b\n0,4.5,c\n1,5.5,c\n"


@pytest.mark.parametrize(
    "answer",
    [
        lambda frame: frame["x"],
        lambda frame: frame,
        lambda frame: frame["x"].to_numpy(),
        lambda frame: frame["x"].tolist(),
        lambda frame: {"p": frame["x"].tolist()},
        lambda frame: frame.to_numpy(),
    ],
    ids=["series", "frame", "array", "list", "dict", "2-d"],
)
def test_files_that_are_alike_share_one_predict_and_keep_their_rows(
    answer: Callable[[Any], Any],
) -> None:
    model = Model(answer)

    assert ROWS == score(model, *THREE)
    assert [5] == model.sizes


def test_files_that_differ_do_not_share() -> None:
    model = Model(lambda data: [0] * len(data))
    whole = table("whole", 1)

    score(
        model, table("a", 0.5), whole, table("b", 2), table("c", 2, column="y"), picture("p", 1, 2)
    )

    assert [1, 2, 1, 1] == model.sizes


def test_failed_and_empty_files_neither_end_a_group_nor_lose_their_place() -> None:
    model = Model(lambda frame: frame["x"])
    bad = Loaded("bad", failure=file_failure("bad", "read", "Unreadable", "Why."))
    empty = Loaded("empty", Sample(pd.DataFrame({"x": []}), 0))

    rows = score(model, bad, THREE[0], empty, THREE[1], bad)

    why = "Error processing input file: 'bad'. Why.\n"
    assert f"{why}0,1.5,a\n1,2.5,a\nnothing\n0,3.5,b\n{why}" == rows
    assert [3, 0] == model.sizes


def refuses_many(frame: Any) -> Any:
    if len(frame) > 2:
        raise MemoryError
    return frame["x"]


@pytest.mark.parametrize(
    "answer",
    [
        refuses_many,
        lambda frame: frame["x"][:2] if len(frame) > 2 else frame["x"],
        lambda frame: iter(frame["x"]) if len(frame) > 2 else frame["x"],
        lambda frame: "abcde" if len(frame) > 2 else frame["x"],
        lambda frame: {"p": frame["x"], "q": 3} if len(frame) > 2 else frame["x"],
    ],
    ids=["raises", "answers too few", "answers what cannot be cut", "a text", "a dict of no lists"],
)
def test_what_fails_together_is_done_again_file_by_file(answer: Callable[[Any], Any]) -> None:
    model = Model(answer)

    assert ROWS == score(model, *THREE)
    assert [5, 2, 1, 2] == model.sizes


def test_one_bad_file_does_not_fail_the_others() -> None:
    def refuses_nine(frame: Any) -> Any:
        if 9.0 in frame["x"].tolist():
            raise ValueError("no nines")
        return frame["x"]

    rows = score(Model(refuses_nine), THREE[0], table("nine", 9.0), THREE[1])

    assert rows.startswith("0,1.5,a\n1,2.5,a\nError processing input file: 'nine'. Exception: no n")
    assert rows.endswith("0,3.5,b\n")


def test_a_group_is_bounded_in_memory() -> None:
    big = [Loaded(name, Sample(pd.DataFrame({"x": np.zeros(3 << 20)}), 3 << 20)) for name in "abcd"]

    assert [["a", "b"], ["c", "d"]] == [[file.name for file in group] for group in groups(big)]


def test_images_of_one_shape_share_one_predict() -> None:
    model = Model(lambda batch: batch.sum(axis=(1, 2)))

    rows = score(model, picture("a", 1, 2, 2), picture("b", 1, 2, 2), picture("c", 1, 3, 2))

    assert "4.0,a\n4.0,b\n6.0,c\n" == rows
    assert [2, 1] == model.sizes


def test_images_without_a_batch_are_scored_one_by_one() -> None:
    model = Model(np.sum)

    rows = score(model, picture("a", 2, 2, is_batch=False), picture("b", 2, 2, is_batch=False))

    assert "4.0,a\n4.0,b\n" == rows


def test_mlflows_refusal_is_reported_without_the_table() -> None:
    def refuses(frame: Any) -> Any:
        raise ValueError(f"Failed to enforce schema of data '{frame}' with schema 'x'. Error: Bad.")

    assert "Error processing input file: 'a'. Exception: Bad.\n" == score(Model(refuses), THREE[0])
