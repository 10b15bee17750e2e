"""Which names a blob may have, and in which order a store lists them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.blob_name import NAME_LIMIT, listing_order, problem_with


@pytest.mark.parametrize("name", ["a", "a/b.csv", "..a", "a..", ".hidden", "ä ü/é", "n" * 1024])
def test_a_blob_may_have_an_ordinary_name(name: str) -> None:
    assert not problem_with(name)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "0 characters"),
        ("n" * (NAME_LIMIT + 1), "1025 characters"),
        ("a\x00b", "control character"),
        ("a\nb", "control character"),
        ("a\ud800", "control character"),
        ("a\\b", "backslash"),
        ("../secret", "'.' or '..'"),
        ("a/./b", "'.' or '..'"),
        ("a/..", "'.' or '..'"),
    ],
)
def test_a_name_that_a_client_would_change_is_refused(name: str, problem: str) -> None:
    assert problem in problem_with(name)


@given(names=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=10))
def test_every_two_names_have_an_order(names: list[str]) -> None:
    keys = [listing_order(name) for name in names]

    assert len(set(names)) == len(set(keys))


def test_names_are_listed_by_utf_16_code_units() -> None:
    """An emoji (two halves from U+D800 on) comes before a full-width letter, U+FF21."""
    assert ["a", "\U0001f600", "Ａ"] == sorted(["Ａ", "\U0001f600", "a"], key=listing_order)  # noqa: RUF001
    assert ["a", "Ａ", "\U0001f600"] == sorted(["Ａ", "\U0001f600", "a"])  # noqa: RUF001
