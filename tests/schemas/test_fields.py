"""Foreign JSON: any case, numbers as strings, unknown fields named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import InvalidRequest
from shared.schemas.fields import Fields

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("key", ["miniBatchSize", "MiniBatchSize", "minibatchsize"])
@pytest.mark.parametrize("value", [5, "5", 5.0, " 5 "])
def test_a_number_is_read_in_any_case_and_as_text(key: str, value: object) -> None:
    assert 5 == Fields({key: value}).integer("miniBatchSize")


@pytest.mark.parametrize("value", [True, "five", 5.5, [], {}, "1e3", ""])
def test_what_is_no_number_is_refused_with_its_path(value: object) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        Fields({"n": value}, "properties").integer("n")

    assert "properties.n" == refusal.value.target


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("PT30S", 30), ("PT1M", 60), ("pt1h2m3s", 3723), ("P1D", 86400), (45, 45), ("45", 45)],
)
def test_durations_are_iso_or_seconds(value: object, seconds: int) -> None:
    assert seconds == Fields({"timeout": value}).seconds("timeout")


@pytest.mark.parametrize(
    "value", ["P", "PT", "30s", "soon", True, [30], "PT30.5S", "PT9999999999S", "P9999999D"]
)
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(InvalidRequest, match="timeout"):
        Fields({"timeout": value}).seconds("timeout")


def test_what_is_too_long_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="70000 characters"):
        Fields({"x": "y" * 70_000}).text("x")
    with pytest.raises(InvalidRequest, match="at most"):
        Fields({"x": {"k": "y" * 70_000}}).strings("x")


def test_null_counts_as_absent() -> None:
    fields = Fields({"a": None})

    assert (None, "", {}) == (fields.integer("a"), fields.text("a"), fields.strings("a"))


def test_an_unknown_field_is_named_with_the_likeliest_meaning() -> None:
    fields = Fields({"miniBatchSiz": 1}, "properties")
    fields.integer("miniBatchSize")

    with pytest.raises(InvalidRequest, match=r"properties\.miniBatchSiz.*miniBatchSize"):
        fields.refuse_others()


def test_one_field_in_two_cases_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="twice"):
        Fields({"name": 1, "Name": 2})


@pytest.mark.parametrize("action", ["AppendRow", "append_row", "appendrow", "APPENDROW"])
def test_choices_are_read_however_they_are_written(action: str) -> None:
    fields = Fields({"outputAction": action})

    assert "append_row" == fields.choice("outputAction", {"AppendRow": "append_row"})


@given(JSON_VALUES)
def test_no_json_breaks_a_getter(value: object) -> None:
    for getter in ("integer", "seconds", "text", "strings", "object"):
        try:
            getattr(Fields({"x": value}), getter)("x")
        except InvalidRequest as refusal:
            assert str(refusal)  # noqa: PT017  # either it is read, or it is refused in words
