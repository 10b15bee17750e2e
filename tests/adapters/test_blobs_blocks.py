"""What every `Blobs` keeps to: staged blocks, commits and copies."""

from uuid import uuid4

import pytest

from shared.domain.errors import (
    BlocksMissing,
    Conflict,
    NotFound,
    PreconditionFailed,
)
from tests.adapters.any_store import Store


def test_staged_blocks_are_invisible_until_committed_in_the_order_given(
    blobs: Store, container: str
) -> None:
    for block_id, data in (("b-2", b"two"), ("b-1", b"one"), ("b-3", b"dropped")):
        blobs.stage(container, "part", block_id, data)
    before = blobs.exists(container, "part"), list(blobs.list_names(container))

    etag = blobs.commit(container, "part", ["b-1", "b-2", "b-1"], metadata={"owner": "me"})

    assert (False, []) == before
    assert b"onetwoone" == blobs.read(container, "part").data
    assert (etag, {"owner": "me"}) == (
        blobs.head(container, "part").etag,
        blobs.head(container, "part").metadata,
    )


def test_a_block_staged_twice_counts_once_and_the_later_one_wins(
    blobs: Store, container: str
) -> None:
    blobs.stage(container, "part", "b-1", b"first try")
    blobs.stage(container, "part", "b-1", b"second")
    blobs.commit(container, "part", ["b-1"])

    assert b"second" == blobs.read(container, "part").data


def test_a_commit_can_be_repeated_but_not_with_blocks_it_dropped(
    blobs: Store, container: str
) -> None:
    for block_id in ("b-1", "b-2"):
        blobs.stage(container, "part", block_id, block_id.encode())
    blobs.commit(container, "part", ["b-1"])
    blobs.commit(container, "part", ["b-1"])

    with pytest.raises(BlocksMissing, match="part"):
        blobs.commit(container, "part", ["b-1", "b-2"])

    assert b"b-1" == blobs.read(container, "part").data


def test_a_commit_of_blocks_never_staged_is_refused_and_makes_no_blob(
    blobs: Store, container: str
) -> None:
    blobs.stage(container, "part", "b-1", b"x")

    with pytest.raises(BlocksMissing):
        blobs.commit(container, "part", ["b-1", "b-9"])

    assert not blobs.exists(container, "part")
    blobs.commit(container, "part", ["b-1"])
    assert b"x" == blobs.read(container, "part").data


def test_a_commit_of_no_blocks_makes_an_empty_blob(blobs: Store, container: str) -> None:
    blobs.commit(container, "part", [])

    assert b"" == blobs.read(container, "part").data


def test_the_longest_block_id_is_taken(blobs: Store, container: str) -> None:
    blobs.stage(container, "part", "x" * 48, b"1")
    blobs.commit(container, "part", ["x" * 48])

    assert b"1" == blobs.read(container, "part").data


def test_a_commit_over_an_existing_blob_conflicts_when_it_must_be_absent(
    blobs: Store, container: str
) -> None:
    blobs.stage(container, "out", "b-1", b"mine")
    blobs.commit(container, "out", ["b-1"], if_absent=True, metadata={"owner": "me"})

    with pytest.raises(Conflict, match="already a blob"):
        blobs.commit(container, "out", ["b-1"], if_absent=True, metadata={"owner": "me"})

    assert {"owner": "me"} == blobs.head(container, "out").metadata


@pytest.mark.parametrize("name", ["a", "a b#%?.csv", "\U0001f389//x", "d/e/"])
def test_a_copy_has_the_bytes_of_the_source_and_its_own_metadata(
    blobs: Store, container: str, name: str
) -> None:
    blobs.stage(container, name, "b-1", b"rows")
    etag = blobs.commit(container, name, ["b-1"], metadata={"of": "source"})

    assert blobs.copy((container, name), (container, "to"), if_match=etag, metadata={"own": "1"})

    assert b"rows" == blobs.read(container, "to").data
    assert {"own": "1"} == blobs.head(container, "to").metadata
    assert etag == blobs.head(container, name).etag


def test_a_copy_takes_an_empty_blob_and_other_containers(blobs: Store, container: str) -> None:
    other = f"c{uuid4().hex}"
    blobs.ensure_container(other)
    etag = blobs.write(container, "empty", b"")

    assert blobs.copy((container, "empty"), (other, "empty"), if_match=etag, metadata={})

    assert b"" == blobs.read(other, "empty").data


def test_a_copy_never_replaces_a_blob_and_is_of_the_version_that_was_read(
    blobs: Store, container: str
) -> None:
    etag = blobs.write(container, "from", b"new")
    blobs.write(container, "there", b"theirs", metadata={"owner": "them"})

    with pytest.raises(Conflict, match="already a blob"):
        blobs.copy((container, "from"), (container, "there"), if_match=etag, metadata={})
    with pytest.raises(PreconditionFailed):
        blobs.copy((container, "from"), (container, "to"), if_match="0x1234", metadata={})
    with pytest.raises(NotFound):
        blobs.copy((container, "missing"), (container, "to"), if_match=etag, metadata={})

    assert b"theirs" == blobs.read(container, "there").data
    assert {"owner": "them"} == blobs.head(container, "there").metadata
    assert not blobs.exists(container, "to")
