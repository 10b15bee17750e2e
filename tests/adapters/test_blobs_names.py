"""What every `Blobs` keeps to: names of blobs, containers and prefixes, and listings."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.blob_name import listing_order
from shared.domain.errors import (
    InvalidRequest,
)
from tests.adapters.any_store import Store

SOME_NAMES = [
    "plain.csv",
    "folder/deep/er.csv",
    "a b.csv",
    "100%.csv",
    "100%25.csv",
    "a%2Fb.csv",
    "c++.csv",
    "what?.csv",
    "no#1.csv",
    "a&b=c;d,e.csv",
    "<x>'\"{}[]^`|~!@$*().csv",
    "é/ü/名前.csv",
    "e\u0301 is not é.csv",
    "smile \U0001f600.csv",
    "\u2028 line \x85 ends",
    " leading and trailing ",
    "ends.with.dot.",
    "a//b.csv",
    "/rooted.csv",
    "folder/",
    "...",
]


SEGMENTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\\ufffe\uffff")
    | st.sampled_from("%+?# &=.;:@~'\""),
    max_size=8,
).filter(lambda segment: segment not in (".", ".."))


NAMES = st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join).filter(bool)


PATIENTLY = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("name", SOME_NAMES)
def test_any_name_round_trips_through_every_method(
    blobs: Store, container: str, name: str, tmp_path: Path
) -> None:
    check_round_trip(blobs, container, name, b"bytes", tmp_path / "downloaded")


@PATIENTLY
@given(name=NAMES, data=st.binary(max_size=64))
def test_generated_names_round_trip(
    blobs: Store, container: str, tmp_path: Path, name: str, data: bytes
) -> None:
    check_round_trip(blobs, container, name, data, tmp_path / "downloaded")


def check_round_trip(blobs: Store, container: str, name: str, data: bytes, path: Path) -> None:
    """Every method sees the same name, bytes and etag; the blob is gone in the end."""
    etag = blobs.write(container, name, data, metadata={"owner": "me"})
    head = blobs.head(container, name)
    listed = [item for item in blobs.list_blobs(container, name) if item.name == name]

    assert data == blobs.read(container, name).data
    assert {etag} == {head.etag, blobs.read(container, name).etag, *(item.etag for item in listed)}
    assert [len(data), head.size] == [head.size, *(item.size for item in listed)]
    assert {"owner": "me"} == head.metadata
    assert len(data) == blobs.download(container, name, path, if_match=etag)
    assert data == path.read_bytes()
    assert data == b"".join(blobs.chunks(container, name, size=3))
    assert name in blobs.list_names(container)
    assert blobs.exists(container, name)
    assert etag != blobs.write(container, name, data, if_match=etag)
    blobs.stage(container, name, "block-1", data)
    blobs.commit(container, name, ["block-1"])
    assert data == blobs.read(container, name).data
    blobs.delete(container, name)
    assert not blobs.exists(container, name)
    assert name not in blobs.list_names(container)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "a/../b",
        "../other-container/x",
        "a/.",
        "a\x00b",
        "\x7f",
        "\ud800",
        "a\\b",
        "x" * 1025,
    ],
)
def test_a_name_no_store_can_hold_is_refused_by_every_method(
    blobs: Store, container: str, name: str, tmp_path: Path
) -> None:
    """`..` above all: a client would resolve it, and reach another container."""
    acts: list[Callable[[], object]] = [
        lambda: blobs.read(container, name),
        lambda: blobs.head(container, name),
        lambda: blobs.exists(container, name),
        lambda: blobs.write(container, name, b""),
        lambda: blobs.delete(container, name),
        lambda: blobs.download(container, name, tmp_path / "x"),
        lambda: list(blobs.chunks(container, name)),
        lambda: blobs.stage(container, name, "block", b"x"),
        lambda: blobs.commit(container, name, []),
        lambda: blobs.copy((container, name), (container, "x"), if_match="0x1", metadata={}),
    ]
    for act in acts:
        with pytest.raises(InvalidRequest, match="is not a blob's name"):
            act()


@pytest.mark.parametrize(
    "container", ["", "ab", "Upper", "a--b", "under_score", "a/b", "-ab", "x" * 64]
)
def test_a_name_that_is_no_container_is_refused(blobs: Store, container: str) -> None:
    with pytest.raises(InvalidRequest, match="is not a container's name"):
        blobs.ensure_container(container)
    with pytest.raises(InvalidRequest, match="is not a container's name"):
        list(blobs.list_names(container))
    with pytest.raises(InvalidRequest, match="is not a container's name"):
        blobs.read(container, "x")


@pytest.mark.parametrize("name", ["doc", "d//oc"])
def test_metadata_names_come_back_in_lower_case(blobs: Store, container: str, name: str) -> None:
    blobs.write(container, name, b"", metadata={"JobId": "J-1"})

    assert {"jobid": "J-1"} == blobs.head(container, name).metadata


def test_a_prefix_is_a_string_and_not_a_folder(blobs: Store, container: str) -> None:
    for name in ("a/b", "a/bc", "a/b/c", "a", "ab", "b/a/b", "A/b"):
        blobs.write(container, name, b"")

    assert ["a/b", "a/b/c", "a/bc"] == list(blobs.list_names(container, "a/b"))
    assert ["a/b/c"] == list(blobs.list_names(container, "a/b/"))
    assert ["a", "a/b", "a/b/c", "a/bc", "ab"] == list(blobs.list_names(container, "a"))
    assert [] == list(blobs.list_names(container, "a/b/c/d"))


@pytest.mark.parametrize("prefix", ["50% ", "a+b", "c?d#", "é", "<&>", "a//", "/"])
def test_a_prefix_may_hold_any_character(blobs: Store, container: str, prefix: str) -> None:
    blobs.write(container, f"{prefix}tail", b"")
    blobs.write(container, "other", b"")

    assert [f"{prefix}tail"] == list(blobs.list_names(container, prefix))
    assert [f"{prefix}tail"] == [item.name for item in blobs.list_blobs(container, prefix)]


@PATIENTLY
@given(names=st.sets(NAMES, max_size=6), prefix=SEGMENTS, start_after=SEGMENTS)
def test_listings_are_in_name_order_and_start_after_what_was_asked(
    blobs: Store, names: set[str], prefix: str, start_after: str
) -> None:
    container = f"c{uuid4().hex}"
    blobs.ensure_container(container)
    for name in names:
        blobs.write(container, name, b"")
    expected = sorted((n for n in names if n.startswith(prefix)), key=listing_order)
    after = [n for n in expected if listing_order(n) > listing_order(start_after)]

    assert expected == [item.name for item in blobs.list_blobs(container, prefix)]
    assert after == list(blobs.list_names(container, prefix, start_after))


def test_the_listing_after_each_name_is_the_rest(blobs: Store, container: str) -> None:
    names = ["a", "a b", "a%", "a/b", "a/b c", "b", "é"]
    for name in names:
        blobs.write(container, name, b"")

    for index, name in enumerate(names):
        assert names[index + 1 :] == list(blobs.list_names(container, "", name))


@pytest.mark.parametrize("prefix", ["a\0b", "a\x0f", "a\x1f/", "a\ufffe", "x" * 2000])
def test_a_prefix_that_no_name_can_have_lists_nothing(
    blobs: Store, container: str, prefix: str
) -> None:
    """The store itself fails when it is asked: its answer repeats the prefix, in XML."""
    blobs.write(container, "a", b"")

    assert [] == list(blobs.list_names(container, prefix))
    assert [] == list(blobs.list_blobs(container, prefix))
