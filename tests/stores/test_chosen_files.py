"""Choosing files of a listing: nothing is lost, nothing comes twice, and the order stays."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.blob_name import listing_order
from shared.domain.selection import WHOLE_FOLDER, Reason, Selection, Skipped
from shared.ports import BlobItem
from shared.stores.chosen_files import Choice, version_of

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
PREFIX = "in/"


def item(path: str, minute: int = 0, etag: str = "1", size: int = 1) -> BlobItem:
    changed = format_datetime(NOON + timedelta(minutes=minute), usegmt=True)
    return BlobItem(f"{PREFIX}{path}", etag, size, changed)


def choose(choice: Choice, items: Sequence[BlobItem]) -> tuple[list[str], Skipped]:
    skipped = Skipped()
    kept = [one.name.removeprefix(PREFIX) for one in choice.of(items, PREFIX, skipped)]
    return kept, skipped


NAMES = st.sampled_from(["a", "b", "c.csv", "d.csv", "_SUCCESS", ".e", "f.crc", "_temporary"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
GLOBS = st.lists(st.sampled_from(["*", "**", "**/*.csv", "a/*", "?", "b"]), max_size=2).map(tuple)
SELECTIONS = st.builds(
    Selection,
    include=GLOBS,
    exclude=GLOBS,
    newest=st.integers(0, 4),
    changed_since=st.sampled_from(["", "2026-11-01T12:05:00Z"]),
)


@given(
    tree=st.dictionaries(PATHS, st.tuples(st.integers(0, 9), st.sampled_from("12")), max_size=20),
    selection=SELECTIONS,
    known=st.sets(PATHS),
)
def test_what_is_kept_and_what_is_left_out_is_what_was_listed(
    tree: dict[str, tuple[int, str]], selection: Selection, known: set[str]
) -> None:
    paths = sorted(tree, key=listing_order)
    items = [item(path, *tree[path]) for path in paths]
    versions = {version_of(f"{PREFIX}{path}", "1") for path in known}

    kept, skipped = choose(Choice(selection, versions), items)

    left = [one.path for one in skipped.first]
    assert sorted(paths) == sorted([*kept, *left])
    assert skipped.total == len(left)
    assert kept == [path for path in paths if path in set(kept)]
    assert len(kept) <= (selection.newest or len(paths))


def test_the_newest_stay_in_name_order_and_the_later_name_wins_a_tie() -> None:
    items = [item("a", 9), item("b", 1), item("c", 5), item("d", 5), item("e", 0)]

    kept, skipped = choose(Choice(Selection(newest=2)), items)

    assert ["a", "d"] == kept
    assert {Reason.OLDER: 3} == skipped.summary().counts


@pytest.mark.parametrize(
    ("since", "kept"),
    [
        ("2026-11-01T12:05:00Z", ["c", "d"]),
        ("2026-11-01T12:05:00.9Z", ["c", "d"]),
        ("2026-11-01T13:05:01+01:00", ["d"]),
        ("2026-12-01T00:00:00Z", []),
    ],
)
def test_what_changed_in_that_very_second_counts(since: str, kept: list[str]) -> None:
    """A listing tells whole seconds: of a part of one it is not known."""
    items = [item("b", 4), item("c", 5), item("d", 6)]

    found, skipped = choose(Choice(Selection(changed_since=since)), items)

    assert kept == found
    assert {Reason.UNCHANGED: 3 - len(kept)} == skipped.summary().counts


def test_a_version_is_a_name_with_its_etag() -> None:
    known = frozenset({version_of("in/a", "1"), version_of("in/b", "1")})

    kept, _ = choose(Choice(WHOLE_FOLDER, known), [item("a"), item("b", etag="2"), item("c")])

    assert ["b", "c"] == kept
