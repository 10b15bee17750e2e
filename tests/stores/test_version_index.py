"""An index of versions is a set with numbers, wherever its rows lie."""

from hypothesis import given
from hypothesis import strategies as st

from shared.stores.version_index import VersionIndex

ENTRIES = st.lists(
    st.tuples(st.sampled_from([b"a", b"b", b"\x00", b"\x00\x00"]), st.integers(1, 9))
)


@given(entries=ENTRIES)
def test_what_was_added_first_stays(entries: list[tuple[bytes, int]]) -> None:
    first = dict[bytes, int]()
    with VersionIndex() as index:
        for version, number in entries:
            assert index.add(version, number) is (version not in first)
            first.setdefault(version, number)

        assert len(first) == len(index)
        for version in (b"a", b"b", b"\x00", b"\x00\x00", b"c"):
            assert (version in index) is (version in first)
            assert first.get(version) == index.find(version)
