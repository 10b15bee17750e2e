"""What the changes of several processes make of one file."""

import pytest

from shared.domain.side_contents import ScorerChange, StoredChange, Written


def wrote(process: str, blob: str) -> ScorerChange:
    return ScorerChange(process, StoredChange(name="f", blob=blob, is_appended=False))


def appended(process: str, blob: str) -> ScorerChange:
    return ScorerChange(process, StoredChange(name="f", blob=blob, is_appended=True))


def removed(process: str) -> ScorerChange:
    return wrote(process, "")


@pytest.mark.parametrize(
    ("changes", "contents", "is_contested"),
    [
        ([], None, False),
        ([wrote("p", "1")], ["1"], False),
        ([wrote("p", "1"), wrote("p", "2")], ["2"], False),
        ([wrote("p", "1"), removed("p")], None, False),
        ([wrote("p", "1"), appended("p", "2")], ["1", "2"], False),
        ([wrote("p", "1"), appended("p", "2"), wrote("p", "3")], ["3"], False),
        ([wrote("p", "1"), wrote("q", "2")], ["2"], True),
        ([wrote("p", "1"), wrote("q", "2"), wrote("p", "3")], ["3"], True),
        ([wrote("p", "1"), wrote("q", "2"), removed("q")], ["1"], False),
        ([wrote("p", "1"), wrote("q", "2"), appended("p", "3")], ["1", "2", "3"], False),
        ([appended("p", "1"), appended("q", "2"), removed("p")], ["2"], False),
    ],
)
def test_a_file_holds_what_was_written_last_and_a_log_everybodys_lines(
    changes: list[ScorerChange], contents: list[str] | None, *, is_contested: bool
) -> None:
    written = Written.of(changes)

    assert contents == written.contents().get("f")
    assert is_contested == (["f"] == written.contested())


@pytest.mark.parametrize(
    ("by_place", "contents"),
    [
        ([(2, appended("p", "later")), (1, wrote("p", "began"))], ["began", "later"]),
        ([(2, wrote("p", "anew")), (1, wrote("p", "old"))], ["anew"]),
        ([(3, appended("p", "3")), (2, appended("p", "2")), (1, wrote("p", "1"))], ["1", "3", "2"]),
        ([(2, appended("p", "2")), (1, wrote("q", "q")), (1, wrote("p", "1"))], ["1", "2", "q"]),
        ([(2, removed("p")), (1, wrote("p", "1"))], None),
    ],
)
def test_a_process_that_scored_later_bundles_first_loses_nothing_of_what_it_wrote(
    by_place: list[tuple[int, ScorerChange]], contents: list[str] | None
) -> None:
    """What counts is the order in which it wrote; what it began with stays its beginning."""
    changes = [change._replace(turn=turn) for turn, change in by_place]

    assert contents == Written.of(changes).contents().get("f")


def test_a_stream_is_in_the_order_in_which_its_process_wrote_it() -> None:
    begins = StoredChange(name="f", blob="1", is_appended=False, is_stream=True)
    changes = [
        appended("p", "3")._replace(turn=3),
        ScorerChange("p", begins, turn=1),
        appended("p", "2")._replace(turn=2),
    ]

    assert ["1", "2", "3"] == Written.of(changes).contents()["f"]
