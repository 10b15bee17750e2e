import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.blob_names import check_names
from shared.domain.errors import InvalidRequest
from shared.domain.side_names import SideNames

NAMES = SideNames(output="azureml/job/score/predictions.csv")


def test_side_files_become_blobs_beside_the_predictions() -> None:
    assert "azureml/job/score/a/b.parquet" == NAMES.blob_of("a/b.parquet")
    assert "b.parquet" == SideNames(output="predictions.csv").blob_of("b.parquet")


@pytest.mark.parametrize(
    "name", ["a.out", "a/b.out", "predictions.csv.parquet", "a/predictions.csv", "#%?é🎉 x.", "%09"]
)
def test_ordinary_names_are_no_problem(name: str) -> None:
    assert "" == NAMES.problem_with(name)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("predictions.csv", "it is the name of the job's predictions file"),
        ("predictions.csv/x", "it is the name of the job's predictions file"),
        ("a\tb", "it holds a control character"),
        ("a\nb", "it holds a control character"),
        ("a\\b", "it holds a backslash, which the store would take for a slash"),
        ("x" * 1007, "it has 1025 characters, and 1 to 1024 are allowed"),
    ],
)
def test_a_name_that_cannot_be_published_is_reported(name: str, problem: str) -> None:
    assert problem == NAMES.problem_with(name)


@given(st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=1100))
def test_what_is_no_problem_is_a_blobs_name(name: str) -> None:
    blob = NAMES.blob_of(name)
    try:
        check_names("container", blob)
        is_refused = False
    except InvalidRequest:
        is_refused = True

    assert is_refused is bool(NAMES.problem_with(name))
