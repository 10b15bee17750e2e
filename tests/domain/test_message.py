"""A message is frozen, closed, and the same after it crossed; a long text keeps both its ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.message import NO_TAGS, Message, Tags, clipped


class Parcel(Message):
    name: str
    tags: Tags = NO_TAGS


@given(text=st.text(max_size=300), longest=st.integers(20, 200))
def test_a_clipped_text_fits_and_is_the_whole_one_if_that_does(text: str, longest: int) -> None:
    short = clipped(text, longest)

    assert len(short) <= longest
    assert (short == text) == (len(text) <= longest)


@given(middle=st.text(min_size=200, max_size=300))
def test_a_clipped_text_begins_and_ends_as_the_whole_one(middle: str) -> None:
    short = clipped(f"first {middle} last", 100)

    assert 100 == len(short)
    assert short.startswith("first ")
    assert short.endswith(" last")


def test_a_message_takes_no_field_that_it_does_not_know() -> None:
    with pytest.raises(ValidationError):
        Parcel.from_wire({"name": "a", "nam": "b"})


def test_a_message_is_never_changed() -> None:
    with pytest.raises(ValidationError):
        Parcel(name="a").name = "b"  # what the test is about


def test_two_messages_do_not_share_a_default() -> None:
    one, other = Parcel(name="a"), Parcel(name="b")
    one.tags["k"] = "v"

    assert {} == other.tags


@given(name=st.text(), tags=st.dictionaries(st.text(), st.text(), max_size=3))
def test_a_message_reads_back_as_written(name: str, tags: dict[str, str]) -> None:
    parcel = Parcel(name=name, tags=tags)

    assert parcel == Parcel.from_wire(parcel.to_wire())
