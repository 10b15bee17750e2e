"""What may be called what: a name that is taken is safe in a URL, a blob's name and an id."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.blob_name import problem_with
from shared.domain.errors import InvalidRequest
from shared.domain.names import (
    asset_name,
    compute_name,
    datastore_name,
    deployment_name,
    endpoint_name,
)

RULES: dict[str, Callable[[str], str]] = {
    "endpoint": endpoint_name,
    "deployment": deployment_name,
    "compute": compute_name,
    "datastore": datastore_name,
    "asset": lambda value: asset_name(value, "model name"),
}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("endpoint", "abc"),
        ("endpoint", "a" + 30 * "-" + "9"),
        ("endpoint", "Wine-2"),
        ("deployment", "autolog_deployment"),
        ("deployment", "a__b"),
        ("compute", "c1"),
        ("compute", "a" * 32),
        ("datastore", "1"),
        ("datastore", "blob_store-2"),
        ("datastore", "d" * 255),
        ("asset", "1"),
        ("asset", "iris.v1_b-2"),
        ("asset", "m" * 255),
    ],
)
def test_a_name_within_the_rules_is_taken_as_it_is(kind: str, name: str) -> None:
    assert name == RULES[kind](name)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("endpoint", "ab"),
        ("endpoint", "a" * 33),
        ("endpoint", "1abc"),
        ("endpoint", "abc-"),
        ("endpoint", "a_bc"),
        ("endpoint", "abc\n"),
        ("endpoint", "åbc"),
        ("deployment", "_abc"),
        ("deployment", "abc_"),
        ("deployment", "a.bc"),
        ("compute", "c"),
        ("compute", "a" * 33),
        ("compute", "Local"),
        ("compute", "gpu_1"),
        ("datastore", ""),
        ("datastore", "d" * 256),
        ("datastore", "-store"),
        ("datastore", "a.b"),
        ("asset", ""),
        ("asset", "m" * 256),
        ("asset", "model."),
        ("asset", ".model"),
        ("asset", "a/b"),
        ("asset", "a:1"),
        ("asset", "..\n"),
    ],
)
def test_any_other_is_refused_with_the_rule(kind: str, name: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        RULES[kind](name)

    assert refusal.value.fix.startswith("Use ")
    assert f"'{name[:255]}'" in refusal.value.problem


@given(kind=st.sampled_from(sorted(RULES)), name=st.text(max_size=40))
def test_a_name_that_is_taken_is_one_segment_of_a_blobs_name(kind: str, name: str) -> None:
    try:
        taken = RULES[kind](name)
    except InvalidRequest:
        return

    assert name == taken
    assert taken.isascii()
    assert not set(taken) & set("/\\?#%: ")
    assert not problem_with(taken)


@given(name=st.from_regex(r"\A[a-zA-Z0-9](?:[-_.a-zA-Z0-9]{0,20}[-_a-zA-Z0-9])?\Z"))
def test_every_asset_name_is_a_blobs_name(name: str) -> None:
    assert name == asset_name(name, "version")
    assert not problem_with(name)
