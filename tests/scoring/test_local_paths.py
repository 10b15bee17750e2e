"""Local paths: the files' own names, never two alike on any file system."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path, PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.bundle.safe_paths import LONGEST_NAME
from shared.scoring.bundle.safe_paths import safe_paths as safe_texts

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1)


def safe_paths(names: Sequence[str]) -> list[PurePath]:
    return [PurePath(text) for text in safe_texts(names)]


def may_stay(name: str) -> bool:
    return name not in {".", ".."} and len(name.encode()) <= LONGEST_NAME


@given(st.lists(NAMES.filter(may_stay), max_size=30, unique=True))
def test_names_stay_and_paths_are_distinct_everywhere(names: list[str]) -> None:
    paths = safe_paths(names)

    assert names == [path.name for path in paths]
    folded = {unicodedata.normalize("NFC", str(path)).casefold() for path in paths}
    assert len(names) == len(folded)


@pytest.mark.parametrize(
    "name",
    ["a b (1).csv", "50%.csv", "#1.csv", "\U0001f389.png", "e\u0301.csv", "a:b?.csv", "-x\n.csv"],
)
def test_a_file_lies_under_its_own_name(tmp_path: Path, name: str) -> None:
    (path,) = safe_paths([name])
    (tmp_path / path.parent).mkdir()
    (tmp_path / path).write_text("x")

    assert [name] == [one.name for one in (tmp_path / path.parent).iterdir()]


def test_files_that_differ_in_case_only_keep_their_names() -> None:
    assert ["A.csv", "a.csv", "0"] == [path.name for path in safe_paths(["A.csv", "a.csv", "0"])]


def test_a_name_that_no_file_system_holds_keeps_its_end_and_is_nobody_elses() -> None:
    first, second = (f"{letter}{'\u540d' * 200}.csv" for letter in "ab")

    paths = safe_paths([first, second])

    assert 2 == len(set(paths))
    for path in paths:
        assert path.name.endswith("\u540d.csv")
        assert LONGEST_NAME - 3 <= len(path.name.encode()) <= LONGEST_NAME
