"""Splitting: how it is asked for, how pieces are mini-batches, and how a split file counts once."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.deployment import BatchSettings
from shared.domain.errors import InvalidRequest
from shared.domain.minibatch import PlannedFile, cut
from shared.domain.outcome import MinibatchReport, Tally
from shared.domain.selection import Selection
from shared.domain.split import Piece, Split, SplitBy, parse_split


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("", None),
        ("size", Split(SplitBy.SIZE, 64_000_000)),
        ("Rows", Split(SplitBy.ROWS, 100_000)),
        (" size = 64 MiB ", Split(SplitBy.SIZE, 64 << 20)),
        ("size=1gb", Split(SplitBy.SIZE, 10**9)),
        ("size=512", Split(SplitBy.SIZE, 512)),
        ("rows=7", Split(SplitBy.ROWS, 7)),
    ],
)
def test_a_split_is_asked_for_in_a_word_or_with_an_amount(text: str, split: Split | None) -> None:
    assert split == parse_split(text)
    assert split == parse_split(str(split or ""))


@pytest.mark.parametrize("text", ["lines", "size=", "rows=5MB", "size=1XB", "size=-1"])
def test_what_says_no_split_is_refused_with_its_value(text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}' does not say how"):
        parse_split(text)


@pytest.mark.parametrize("text", ["rows=0", "size=0MB", "size=2GiB"])
def test_a_piece_has_a_least_and_a_most(text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}': a piece has 1 to 1073741824 "):
        parse_split(text)


def test_scripts_read_their_files_as_they_like() -> None:
    settings = BatchSettings(selection=Selection(split="rows=5"))

    settings.check_output(has_script=False)
    with pytest.raises(InvalidRequest, match="without a script"):
        settings.check_output(has_script=True)


def test_a_split_chooses_nothing() -> None:
    selection = Selection(split="rows=5", include=("*.csv",))

    assert {"split": "rows=5"} == selection.unchosen().given()
    assert selection.unchosen().is_default
    assert not selection.is_default
    assert "split" not in Selection().to_wire()


def a_file(name: str, number: int = -1, of: int = 0) -> PlannedFile:
    piece = Piece(number=number, of=of, first_row=0, rows=1, start=0, stop=1) if of else None
    return PlannedFile(name=name, etag="e", size=1, piece=piece)


def test_a_piece_is_a_mini_batch_of_its_own() -> None:
    files = [a_file("a"), a_file("b"), a_file("c", 0, 2), a_file("c", 1, 2), a_file("d")]

    assert [["a", "b"], ["c"], ["c"], ["d"]] == [
        [file.name for file in one] for one in cut(files, 5)
    ]
    assert [1, 1, 1, 1, 1] == [len(one) for one in cut(files, 1)]


def reports(pieces: list[list[bool]]) -> list[MinibatchReport]:
    """One for each piece of each file: whether it failed. A file of one piece is not split."""
    found = list[MinibatchReport]()
    for fates in pieces:
        for number, has_failed in enumerate(fates):
            found.append(
                MinibatchReport(
                    index=len(found),
                    files=1,
                    failed_files=int(has_failed),
                    rows=0 if has_failed else 3,
                    tries=1,
                    seconds=0.5,
                    run_seconds=0.5,
                    status="done",
                    piece=number if len(fates) > 1 else 0,
                    pieces=len(fates) if len(fates) > 1 else 0,
                )
            )
    return found


FATES = st.lists(st.lists(st.booleans(), min_size=1, max_size=5), min_size=1, max_size=8)


@given(fates=FATES, seed=st.integers(0, 999))
def test_a_split_file_counts_once_whatever_bundles_its_pieces_are_in(
    fates: list[list[bool]], seed: int
) -> None:
    chance, left, tallies = random.Random(seed), reports(fates), list[Tally]()  # noqa: S311
    while left:
        size = chance.randint(1, 4)
        tallies.append(Tally.of(left[:size]))
        left = left[size:]
    chance.shuffle(tallies)

    total = Tally()
    for tally in tallies:
        total = total.plus(tally)

    assert (len(fates), sum(map(any, fates))) == (total.files, total.failed_files)
    assert total == Tally.of(reports(fates)).plus(Tally())


@given(fates=FATES, shard=st.integers(1, 6))
def test_between_shards_no_more_is_known_than_the_last_file(
    fates: list[list[bool]], shard: int
) -> None:
    total, left = Tally(), reports(fates)
    while left:
        total = total.plus(Tally.of(left[:shard])).settled()
        left = left[shard:]
        assert len(total.split_done) <= 1

    assert (len(fates), sum(map(any, fates))) == (total.files, total.failed_files)


def test_a_file_that_was_begun_counts_when_it_has_failed_or_is_done() -> None:
    first, second, third = reports([[False, True, False]])

    assert (0, 0) == (Tally.of([first]).files, Tally.of([first]).failed_files)
    assert (1, 1) == (Tally.of([first, second]).files, Tally.of([first, second]).failed_files)
    assert 1 == Tally.of([second]).plus(Tally.of([third])).files
