"""Globs: what they match, by a slow reference too, and what is refused as one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.globs import matches_any, problem_with_glob


@pytest.mark.parametrize(
    ("glob", "taken", "left"),
    [
        ("*.csv", ["a.csv", ".csv"], ["a.CSV", "a.csv.gz", "b/a.csv"]),
        ("**/*.csv", ["a.csv", "b/a.csv", "b/c/a.csv"], ["a.txt", "b/a.txt"]),
        ("2026/**", ["2026/a", "2026/11/a.csv"], ["2026", "2025/a", "x/2026/a"]),
        ("**", ["a", "a/b/c"], []),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b", "a/b/b"], ["a", "b", "a/b/c"]),
        ("**/x/**/y", ["x/y", "1/x/2/y", "x/x/y/y"], ["y/x", "x", "x/y/z"]),
        ("a?[0-9].csv", ["ab1.csv"], ["a1.csv", "a/1.csv", "abc.csv"]),
        ("[!a]*", ["b", "ba"], ["a", "ab"]),
        ("[[]x", ["[x"], ["x"]),
        ("x[]]", ["x]"], ["x"]),
        ("line*", ["line\nbreak"], []),
    ],
)
def test_a_glob_matches(glob: str, taken: list[str], left: list[str]) -> None:
    assert not problem_with_glob(glob)
    assert [] == [path for path in taken if not matches_any(path, [glob])]
    assert [] == [path for path in left if matches_any(path, [glob])]


def reference(glob: str) -> re.Pattern[str]:
    """The glob as one regular expression."""
    parts = glob.split("/")
    if parts[-1] == "**":
        parts.append("*")
    text = ""
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            text += "(?:[^/]+/)*"
            continue
        text += part.replace("*", "[^/]*").replace("?", "[^/]") + ("" if last else "/")
    return re.compile(text)


SEGMENTS = st.text("ab", min_size=1, max_size=3)
PARTS = st.sampled_from(["**", "*", "a", "b", "a*", "?", "*b", "ab"])


@given(
    path=st.lists(SEGMENTS, min_size=1, max_size=5).map("/".join),
    glob=st.lists(PARTS, min_size=1, max_size=5).map("/".join),
)
def test_any_glob_matches_what_its_regular_expression_does(path: str, glob: str) -> None:
    assert matches_any(path, [glob]) == (reference(glob).fullmatch(path) is not None)


def test_a_glob_of_many_stars_takes_no_time() -> None:
    """What a naive match would try in more ways than there are atoms."""
    glob = "/".join(["**", "*a*a*a*a*a*a*a*b"] * 8)

    assert not matches_any("/".join(["a" * 60] * 16), [glob])


@pytest.mark.parametrize(
    ("glob", "words"),
    [
        ("", "0 characters"),
        ("x" * 1025, "1025 characters"),
        ("/a", "begins with a slash"),
        ("a/", "ends with a slash"),
        ("a//b", "empty"),
        ("../a", "'..'"),
        ("a/./b", "'.'"),
        ("a\\b", "backslash"),
        ("a\tb", "control character"),
        ("a**", "part of a segment"),
        ("[a", "no ']'"),
        ("[]", "no ']'"),
        ("[a/b]", "no ']'"),
    ],
)
def test_what_no_path_matches_is_told(glob: str, words: str) -> None:
    assert words in problem_with_glob(glob)
