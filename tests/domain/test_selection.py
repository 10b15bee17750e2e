"""A selection: each path is kept or has one reason; what is kept is what was asked for."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.deployment import BatchSettings
from shared.domain.globs import matches_any
from shared.domain.selection import (
    MOST_NEWEST,
    MOST_SHOWN,
    WHOLE_FOLDER,
    LeftOutFile,
    Reason,
    Selection,
    Skipped,
)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a.csv", None),
        ("_data.csv", None),
        ("", Reason.FOLDER_MARKER),
        ("sub/", Reason.FOLDER_MARKER),
        ("sub/a.csv", Reason.NESTED),
        ("sub/.a.csv", Reason.NESTED),
        (".a.csv", Reason.HIDDEN),
        ("_SUCCESS", Reason.SPARK_MARK),
        ("part-0.csv.crc", Reason.SPARK_MARK),
    ],
)
def test_a_folder_is_what_lies_directly_in_it(path: str, reason: Reason | None) -> None:
    assert reason is WHOLE_FOLDER.why_not(path)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a.csv", None),
        ("sub/deep/a.csv", None),
        ("sub/a.json", Reason.NOT_INCLUDED),
        ("drafts/a.csv", Reason.EXCLUDED),
        ("drafts/a.json", Reason.NOT_INCLUDED),
        ("sub/.a.csv", Reason.HIDDEN),
        (".sub/a.csv", Reason.HIDDEN),
        ("sub/_committed_12", Reason.SPARK_MARK),
        ("_temporary/0/a.csv", Reason.SPARK_MARK),
        ("sub/_delta_log/a.csv", Reason.SPARK_MARK),
        ("sub/", Reason.FOLDER_MARKER),
    ],
)
def test_included_paths_may_be_nested(path: str, reason: Reason | None) -> None:
    chosen = Selection(include=("**/*.csv",), exclude=("drafts/**",))

    assert reason is chosen.why_not(path)


def test_an_exclusion_alone_walks_no_nested_folders() -> None:
    chosen = Selection(exclude=("b*",))

    reasons = [chosen.why_not(path) for path in ("a", "b", "c/a")]

    assert [None, Reason.EXCLUDED, Reason.NESTED] == reasons


NAMES = st.sampled_from(["a", "b", "ab", "a.csv", "_SUCCESS", ".b", "x.crc", "_temporary"])
TREES = st.sets(st.lists(NAMES, min_size=1, max_size=4).map("/".join), max_size=20)
GLOBS = st.lists(
    st.lists(st.sampled_from(["**", "*", "a", "a*", "*.csv", "?"]), min_size=1, max_size=3).map(
        "/".join
    ),
    max_size=3,
).map(tuple)


@given(tree=TREES, include=GLOBS, exclude=GLOBS)
def test_whatever_is_kept_is_included_and_not_excluded(
    tree: set[str], include: tuple[str, ...], exclude: tuple[str, ...]
) -> None:
    """And what is not has its reason: more globs to include take no less, to exclude no more."""
    chosen = Selection(include=include, exclude=exclude)
    kept = {path for path in tree if chosen.why_not(path) is None}

    plain = {path for path in tree if Selection(include=("**",)).why_not(path) is None}
    wanted = {
        path for path in plain if (matches_any(path, include) if include else "/" not in path)
    }
    assert wanted - {path for path in tree if matches_any(path, exclude)} == kept
    reasons = {chosen.why_not(path) for path in tree - kept}
    assert None not in reasons


def test_what_is_left_out_is_counted_whole_and_shown_in_part() -> None:
    skipped = Skipped()
    for index in range(MOST_SHOWN + 5):
        skipped.add(f"{index}.txt", Reason.NOT_INCLUDED)
    skipped.add(".x", Reason.HIDDEN)

    summary = skipped.summary()

    assert {Reason.HIDDEN: 1, Reason.NOT_INCLUDED: MOST_SHOWN + 5} == summary.counts
    assert MOST_SHOWN + 6 == skipped.total
    assert MOST_SHOWN + 1 == len(summary.files)
    assert ".x" == summary.files[-1].path  # the first of its reason
    assert LeftOutFile(path="0.txt", reason=Reason.NOT_INCLUDED) == summary.files[0]
    assert f"1 hidden, {MOST_SHOWN + 5} that include does not name" == str(skipped)


@pytest.mark.parametrize(
    ("text", "moment", "job"),
    [
        ("", None, ""),
        ("2026-11-01T00:00:00Z", datetime(2026, 11, 1, tzinfo=UTC), ""),
        ("2026-11-01T01:00:00.750+01:00", datetime(2026, 11, 1, tzinfo=UTC), ""),
        ("2026-11-01", None, "2026-11-01"),
        ("2026-11-01T00:00:00", None, "2026-11-01T00:00:00"),
        ("nightly", None, "nightly"),
    ],
)
def test_since_when_is_a_moment_with_its_zone_or_a_job(
    text: str, moment: datetime | None, job: str
) -> None:
    """To the second: a listing tells no more, and nothing that changed may be left out."""
    chosen = Selection(changed_since=text)

    assert (moment, job) == (chosen.moment, chosen.earlier_job)


@pytest.mark.parametrize(
    "given_",
    [{"include": ("*",)}, {"exclude": ("*",)}, {"newest": 1}, {"changed_since": "job"}],
)
def test_a_manifest_leaves_nothing_to_choose(given_: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="A manifest says which files are the input"):
        Selection(manifest=True, **given_)


@pytest.mark.parametrize("newest", [-1, MOST_NEWEST + 1])
def test_the_newest_are_bounded(newest: int) -> None:
    with pytest.raises(ValidationError):
        Selection(newest=newest)


def test_settings_without_a_choice_are_written_as_before() -> None:
    chosen = BatchSettings(selection=Selection(include=("*.csv",)))

    assert "selection" not in BatchSettings().to_wire()
    assert chosen == BatchSettings.from_wire(chosen.to_wire())
    assert BatchSettings() == BatchSettings.from_wire(BatchSettings().to_wire())
