"""What several processes wrote, and what counts of it."""

from shared.domain.side_contents import ScorerChange, StoredChange, Written


def wrote(
    name: str, blob: str, *, is_appended: bool = False, is_stream: bool = False, life: int = 1
) -> StoredChange:
    return StoredChange(
        name=name, blob=blob, is_appended=is_appended, is_stream=is_stream, life=life
    )


def of_lives(*changes: tuple[int, str, bool]) -> Written:
    """What the successive processes of one scorer make of a file: life, blob, is appended."""
    return Written.of(
        ScorerChange("p", wrote("f", blob, is_appended=is_appended, life=life))
        for life, blob, is_appended in changes
    )


def test_a_file_of_one_process_is_what_it_last_was() -> None:
    changes = [
        ScorerChange("p", wrote("a", "1")),
        ScorerChange("p", wrote("a", "2")),
        ScorerChange("p", wrote("b", "3")),
    ]

    assert {"a": ["2"], "b": ["3"]} == Written.of(changes).contents()


def test_a_log_has_the_lines_of_every_process_in_input_order() -> None:
    """Of one that was killed, too: its successor begins the file anew, and sees nothing of it."""
    changes = [
        ScorerChange("killed", wrote("log", "1")),
        ScorerChange("killed", wrote("log", "2", is_appended=True)),
        ScorerChange("successor", wrote("log", "3")),
        ScorerChange("other", wrote("log", "4")),
        ScorerChange("successor", wrote("log", "5", is_appended=True)),
    ]

    assert {"log": ["1", "2", "3", "4", "5"]} == Written.of(changes).contents()


def test_the_streams_of_several_processes_follow_each_other_and_are_not_mixed() -> None:
    changes = [
        ScorerChange("p", wrote("gz", "1", is_stream=True)),
        ScorerChange("q", wrote("gz", "2", is_stream=True)),
        ScorerChange("p", wrote("gz", "3", is_appended=True)),
        ScorerChange("q", wrote("gz", "4", is_appended=True)),
        ScorerChange("p", wrote("gz", "5", is_appended=True)),
    ]

    assert {"gz": ["1", "3", "5", "2", "4"]} == Written.of(changes).contents()


def test_of_streams_that_nobody_goes_on_with_the_last_one_counts_whole() -> None:
    changes = [
        ScorerChange("p", wrote("gz", "1", is_stream=True)),
        ScorerChange("q", wrote("gz", "2", is_stream=True)),
    ]
    again = [*changes, ScorerChange("p", wrote("gz", "3", is_stream=True))]

    assert {"gz": ["2"]} == Written.of(changes).contents()
    assert {"gz": ["3"]} == Written.of(again).contents()


def test_of_a_file_that_nobody_appends_to_the_last_one_counts_whole() -> None:
    changes = [
        ScorerChange("p", wrote("sum", "1")),
        ScorerChange("q", wrote("sum", "2")),
        ScorerChange("p", wrote("sum", "3")),
    ]

    assert {"sum": ["3"]} == Written.of(changes).contents()


def test_a_process_that_begins_its_log_anew_takes_its_own_lines_back() -> None:
    changes = [
        ScorerChange("p", wrote("log", "1")),
        ScorerChange("q", wrote("log", "2")),
        ScorerChange("p", wrote("log", "3", is_appended=True)),
        ScorerChange("p", wrote("log", "4")),
    ]

    assert {"log": ["2", "4"]} == Written.of(changes).contents()


def test_what_a_process_removed_is_gone_and_what_others_wrote_stays() -> None:
    changes = [
        ScorerChange("p", wrote("a", "1")),
        ScorerChange("p", wrote("a", "")),
        ScorerChange("p", wrote("b", "2")),
    ]
    both = [
        ScorerChange("p", wrote("a", "1")),
        ScorerChange("q", wrote("a", "2")),
        ScorerChange("q", wrote("a", "")),
    ]

    assert {"b": ["2"]} == Written.of(changes).contents()
    assert {"a": ["1"]} == Written.of(both).contents()


def test_files_of_several_processes_are_reported_but_logs_are_none_of_them() -> None:
    changes = [
        ScorerChange("p", wrote("sum", "1")),
        ScorerChange("q", wrote("sum", "2")),
        ScorerChange("p", wrote("log", "3")),
        ScorerChange("q", wrote("log", "4")),
        ScorerChange("q", wrote("log", "5", is_appended=True)),
        ScorerChange("p", wrote("own", "6")),
        ScorerChange("p", wrote("own", "7")),
        ScorerChange("p", wrote("left", "8")),
        ScorerChange("q", wrote("left", "9")),
        ScorerChange("p", wrote("left", "")),
    ]

    assert ["sum"] == Written.of(changes).contested()


def test_a_file_that_a_successor_overwrote_is_reported() -> None:
    """What its predecessor wrote is not in it."""
    written = of_lives((1, "1", False), (1, "2", False), (2, "3", False))

    assert {"f": ["3"]} == written.contents()
    assert ["f"] == written.contested()


def test_a_growing_file_that_a_successor_began_anew_has_the_lines_of_both_and_is_reported() -> None:
    """Nobody knows whether the successor had read those of its predecessor."""
    written = of_lives((1, "1", False), (1, "2", True), (2, "3", False), (2, "4", True))

    assert {"f": ["1", "2", "3", "4"]} == written.contents()
    assert ["f"] == written.contested()


def test_a_log_that_a_successor_went_on_with_is_whole_and_nothing_is_reported() -> None:
    written = of_lives((1, "1", False), (2, "2", True), (3, "3", True))

    assert {"f": ["1", "2", "3"]} == written.contents()
    assert [] == written.contested()


def test_who_went_on_with_a_log_may_write_it_anew() -> None:
    written = of_lives((1, "1", False), (2, "2", True), (2, "3", False))

    assert {"f": ["3"]} == written.contents()
    assert [] == written.contested()


def test_a_file_that_a_successor_removed_is_gone_and_reported() -> None:
    """An init() that clears the folder does that."""
    written = of_lives((1, "1", False), (2, "", False))

    assert {} == written.contents()
    assert ["f"] == written.contested()


def test_a_file_that_a_successor_left_is_not_reported() -> None:
    changes = [
        ScorerChange("p", wrote("a", "1")),
        ScorerChange("p", wrote("b", "2", life=2)),
        ScorerChange("q", wrote("c", "3")),
    ]
    written = Written.of(changes)

    assert {"a": ["1"], "b": ["2"], "c": ["3"]} == written.contents()
    assert [] == written.contested()
