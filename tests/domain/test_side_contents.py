"""What the changes of several processes make of one file."""

import pytest

from shared.domain.side_contents import StoredChange, Written


def wrote(process: str, blob: str) -> tuple[str, StoredChange]:
    return process, StoredChange(name="f", blob=blob, is_appended=False)


def appended(process: str, blob: str) -> tuple[str, StoredChange]:
    return process, StoredChange(name="f", blob=blob, is_appended=True)


def removed(process: str) -> tuple[str, StoredChange]:
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
    changes: list[tuple[str, StoredChange]], contents: list[str] | None, *, is_contested: bool
) -> None:
    written = Written.of(changes)

    assert contents == written.contents().get("f")
    assert is_contested == (["f"] == written.contested())
