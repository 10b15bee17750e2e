"""What tells a listing that lost a page from a whole one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.blob_name import listing_order
from shared.domain.errors import ServiceUnavailable
from shared.domain.listing import ListingSum, ascending
from shared.domain.minibatch import PlannedFile

NAMES = st.sets(st.text(min_size=1, max_size=4), min_size=2)
ABOVE_ALL_SURROGATES, PAIR = "\uff5e", "\U0001f600"
"""The order of these two depends on the units: code points or UTF-16."""


def files(names: list[str]) -> list[PlannedFile]:
    return [PlannedFile(name=name, etag="e", size=1) for name in names]


def passed(names: list[str]) -> list[str]:
    return [file.name for file in ascending(files(names))]


@given(NAMES)
def test_names_in_either_order_pass(names: set[str]) -> None:
    in_units = sorted(names, key=listing_order)
    assert in_units == passed(in_units)

    encodable = [name for name in names if not any("\ud800" <= c <= "\udfff" for c in name)]
    assert sorted(encodable) == passed(sorted(encodable))


@given(NAMES, st.data())
def test_a_page_that_comes_twice_is_refused(names: set[str], data: st.DataObject) -> None:
    ordered = sorted(names, key=listing_order)
    begin = data.draw(st.integers(0, len(ordered) - 1))
    end = data.draw(st.integers(begin + 1, len(ordered)))

    with pytest.raises(ServiceUnavailable, match="out of order"):
        passed([*ordered[:end], *ordered[begin:end], *ordered[end:]])


def test_a_listing_keeps_to_one_order() -> None:
    assert passed([PAIR, ABOVE_ALL_SURROGATES])
    assert passed([ABOVE_ALL_SURROGATES, PAIR])

    with pytest.raises(ServiceUnavailable, match="out of order"):
        passed([f"a{PAIR}", f"a{ABOVE_ALL_SURROGATES}", f"b{ABOVE_ALL_SURROGATES}", f"b{PAIR}"])


def test_rolls_differ_when_a_name_is_missing_twice_or_elsewhere() -> None:
    whole = ListingSum(["a", "b", "c"]).sum

    assert whole == ListingSum(["a", "b", "c"]).sum
    others = ["a", "c"], ["a", "b", "b"], ["b", "a", "c"]
    assert all(whole != ListingSum(names).sum for names in others)
