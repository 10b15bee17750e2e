"""Local names: safe on every file system, never two alike, unchanged where that is safe."""

from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.downloads import LONGEST_NAME, local_names


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300), max_size=30
    )
)
def test_local_names_are_safe_and_distinct(names: list[str]) -> None:
    local = local_names(names)

    assert len(names) == len(local)
    assert len({name.lower() for name in local}) == len(local)
    for name in local:
        assert name not in {"", ".", ".."}
        assert "/" not in name
        assert "\0" not in name
        assert len(name.encode()) <= LONGEST_NAME


def test_a_long_name_keeps_its_extension() -> None:
    (local,) = local_names(["\u540d" * 100 + ".csv"])

    assert local.endswith(".csv")


def test_plain_names_stay() -> None:
    names = ["a.csv", "b c (1).csv", "é_x-1.json"]

    assert names == local_names(names)
