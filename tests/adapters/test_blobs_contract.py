"""What every `Blobs` keeps to, in memory and over Azurite alike."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.azure_blobs import AzureBlobs
from shared.adapters.memory import MemoryBlobs
from shared.domain.blob_name import listing_order
from shared.domain.errors import (
    BatchError,
    BlocksMissing,
    Conflict,
    InvalidRequest,
    NotFound,
    PreconditionFailed,
)
from shared.ports import Blobs

type Store = AzureBlobs | MemoryBlobs

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


def test_both_stores_are_blobs(blobs: Store) -> None:
    """The type checker holds every signature against the port."""
    held: Blobs = blobs

    assert held is blobs


def test_a_container_is_there_once_it_is_ensured_and_ensuring_twice_is_fine(blobs: Store) -> None:
    name = f"c{uuid4().hex}"

    before = blobs.container_exists(name)
    blobs.ensure_container(name)
    blobs.write(name, "kept", b"1")
    blobs.ensure_container(name)

    assert not before
    assert blobs.container_exists(name)
    assert blobs.exists(name, "kept")


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


@pytest.mark.parametrize("name", ["nothing.csv", "no//thing.csv"])
def test_what_is_missing_is_not_found_by_name(
    blobs: Store, container: str, name: str, tmp_path: Path
) -> None:
    for where in (container, "no-such-container"):
        for act in readers(blobs, where, name, tmp_path / "x"):
            with pytest.raises(NotFound) as refusal:
                act()
            assert where in str(refusal.value)
        assert not blobs.exists(where, name)
    assert not (tmp_path / "x").exists()


def readers(blobs: Store, container: str, name: str, path: Path) -> list[Callable[[], object]]:
    return [
        lambda: blobs.read(container, name),
        lambda: blobs.head(container, name),
        lambda: blobs.download(container, name, path),
        lambda: list(blobs.chunks(container, name)),
    ]


def test_a_missing_container_is_not_found_when_it_is_written_or_listed(blobs: Store) -> None:
    acts: list[Callable[[], object]] = [
        lambda: list(blobs.list_blobs("no-such-container")),
        lambda: list(blobs.list_names("no-such-container")),
        lambda: blobs.write("no-such-container", "x", b""),
        lambda: blobs.stage("no-such-container", "x", "block", b"x"),
        lambda: blobs.commit("no-such-container", "x", []),
    ]
    for act in acts:
        with pytest.raises(NotFound, match="no-such-container"):
            act()


@pytest.mark.parametrize("name", ["gone", "go//ne"])
def test_deleting_what_is_not_there_is_no_error(blobs: Store, container: str, name: str) -> None:
    blobs.delete(container, name)
    blobs.delete("no-such-container", name)


@pytest.mark.parametrize("name", ["doc.json", "do//c.json"])
def test_a_guarded_delete_spares_what_was_changed_since(
    blobs: Store, container: str, name: str
) -> None:
    read = blobs.write(container, name, b"0")
    now = blobs.write(container, name, b"1", if_match=read)

    with pytest.raises(PreconditionFailed, match="not the one that was read"):
        blobs.delete(container, name, if_match=read)
    assert b"1" == blobs.read(container, name).data

    blobs.delete(container, name, if_match=now)
    assert not blobs.exists(container, name)
    blobs.delete(container, name, if_match=now)  # gone is gone


@pytest.mark.parametrize("name", ["doc.json", "do//c.json"])
def test_of_two_writers_that_read_the_same_etag_the_later_one_is_refused(
    blobs: Store, container: str, name: str
) -> None:
    read = blobs.write(container, name, b"0")
    blobs.write(container, name, b"first", if_match=read)

    with pytest.raises(PreconditionFailed, match="not the one that was read"):
        blobs.write(container, name, b"second", if_match=read)

    assert b"first" == blobs.read(container, name).data


@pytest.mark.parametrize("name", ["doc.json", "do//c.json"])
def test_a_guarded_write_to_a_blob_that_is_gone_is_refused(
    blobs: Store, container: str, name: str
) -> None:
    read = blobs.write(container, name, b"0")
    blobs.delete(container, name)

    with pytest.raises(PreconditionFailed):
        blobs.write(container, name, b"1", if_match=read)


@pytest.mark.parametrize("name", ["doc.json", "do//c.json"])
def test_creating_what_exists_is_a_conflict_and_leaves_it_alone(
    blobs: Store, container: str, name: str
) -> None:
    etag = blobs.write(container, name, b"mine", if_absent=True)

    with pytest.raises(Conflict, match="already a blob"):
        blobs.write(container, name, b"theirs", if_absent=True)

    assert (b"mine", etag) == (
        blobs.read(container, name).data,
        blobs.read(container, name).etag,
    )


def test_of_many_creators_at_once_exactly_one_wins(blobs: Store, container: str) -> None:
    def create(index: int) -> bool:
        try:
            blobs.write(container, "lock", str(index).encode(), if_absent=True)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        won = list(threads.map(create, range(16)))

    assert 1 == sum(won)
    assert str(won.index(True)).encode() == blobs.read(container, "lock").data


def test_counters_incremented_under_etags_by_many_threads_lose_nothing(
    blobs: Store, container: str
) -> None:
    blobs.write(container, "counter", b"0")

    def increment(_: int) -> None:
        while True:
            read = blobs.read(container, "counter")
            try:
                blobs.write(
                    container, "counter", str(int(read.data) + 1).encode(), if_match=read.etag
                )
            except PreconditionFailed:
                continue
            return

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(increment, range(24)))

    assert b"24" == blobs.read(container, "counter").data


def test_a_write_replaces_bytes_and_metadata(blobs: Store, container: str) -> None:
    first = blobs.write(container, "doc", b"long text", metadata={"job": "1", "step": "a"})
    second = blobs.write(container, "doc", b"short", metadata={"job": "2"})
    head = blobs.head(container, "doc")

    assert first != second
    assert ({"job": "2"}, 5, second) == (head.metadata, head.size, head.etag)


@pytest.mark.parametrize("name", ["doc", "d//oc"])
def test_metadata_names_come_back_in_lower_case(blobs: Store, container: str, name: str) -> None:
    blobs.write(container, name, b"", metadata={"JobId": "J-1"})

    assert {"jobid": "J-1"} == blobs.head(container, name).metadata


@pytest.mark.parametrize("name", ["in.csv", "i//n.csv"])
def test_a_download_of_another_version_is_refused_and_leaves_no_file(
    blobs: Store, container: str, name: str, tmp_path: Path
) -> None:
    planned = blobs.write(container, name, b"planned")
    blobs.write(container, name, b"changed since")

    with pytest.raises(PreconditionFailed):
        blobs.download(container, name, tmp_path / "in.csv", if_match=planned)

    assert [] == list(tmp_path.iterdir())


def test_a_download_replaces_the_file_that_was_there(
    blobs: Store, container: str, tmp_path: Path
) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(b"something much longer")
    blobs.write(container, "in.csv", b"new")

    assert 3 == blobs.download(container, "in.csv", path)
    assert b"new" == path.read_bytes()


@pytest.mark.parametrize("name", ["empty", "em//pty"])
def test_an_empty_blob_is_a_blob(blobs: Store, container: str, name: str, tmp_path: Path) -> None:
    blobs.write(container, name, b"")

    assert b"" == blobs.read(container, name).data
    assert 0 == blobs.head(container, name).size
    assert [] == list(blobs.chunks(container, name))
    assert 0 == blobs.download(container, name, tmp_path / "empty")
    assert (tmp_path / "empty").exists()


@pytest.mark.parametrize("name", ["large", "lar//ge"])
def test_chunks_are_in_order_and_no_longer_than_asked(
    blobs: Store, container: str, name: str
) -> None:
    data = bytes(range(256)) * (40 << 10)  # 10 MiB: more than one piece of either client
    blobs.write(container, name, data)

    chunks = list(blobs.chunks(container, name, size=1 << 20))

    assert 1 << 20 >= max(map(len, chunks))
    assert data == b"".join(chunks)
    assert data == blobs.read(container, name).data


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


def test_every_refusal_names_container_and_blob(blobs: Store, container: str) -> None:
    blobs.write(container, "doc", b"")
    acts: list[Callable[[], object]] = [
        lambda: blobs.read(container, "missing-doc"),
        lambda: blobs.write(container, "doc", b"", if_absent=True),
        lambda: blobs.write(container, "doc", b"", if_match="0x1234"),
        lambda: blobs.commit(container, "doc", ["none"]),
    ]
    for act in acts:
        with pytest.raises(BatchError) as refusal:
            act()
        assert container in refusal.value.problem
        assert "doc'" in refusal.value.problem


@pytest.mark.parametrize("prefix", ["a\0b", "a\x0f", "a\x1f/", "a\ufffe", "x" * 2000])
def test_a_prefix_that_no_name_can_have_lists_nothing(
    blobs: Store, container: str, prefix: str
) -> None:
    """The store itself fails when it is asked: its answer repeats the prefix, in XML."""
    blobs.write(container, "a", b"")

    assert [] == list(blobs.list_names(container, prefix))
    assert [] == list(blobs.list_blobs(container, prefix))
