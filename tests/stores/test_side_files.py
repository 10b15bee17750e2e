"""What several processes wrote, and what is published of it."""

from shared.stores.side_files import StoredChange, contents_of


def wrote(name: str, blob: str, *, is_appended: bool = False) -> StoredChange:
    return StoredChange(name=name, blob=blob, is_appended=is_appended)


def test_a_file_of_one_process_is_what_it_last_was() -> None:
    changes = [("p", wrote("a", "1")), ("p", wrote("a", "2")), ("p", wrote("b", "3"))]

    assert {"a": ["2"], "b": ["3"]} == contents_of(changes)


def test_a_log_has_the_lines_of_every_process_in_input_order() -> None:
    """Of one that was killed, too: its successor begins the file anew, and sees nothing of it."""
    changes = [
        ("killed", wrote("log", "1")),
        ("killed", wrote("log", "2", is_appended=True)),
        ("successor", wrote("log", "3")),
        ("other", wrote("log", "4")),
        ("successor", wrote("log", "5", is_appended=True)),
    ]

    assert {"log": ["1", "2", "3", "4", "5"]} == contents_of(changes)


def test_of_a_file_that_nobody_appends_to_the_last_one_counts_whole() -> None:
    changes = [("p", wrote("sum", "1")), ("q", wrote("sum", "2")), ("p", wrote("sum", "3"))]

    assert {"sum": ["3"]} == contents_of(changes)


def test_a_process_that_begins_its_log_anew_takes_its_own_lines_back() -> None:
    changes = [
        ("p", wrote("log", "1")),
        ("q", wrote("log", "2")),
        ("p", wrote("log", "3", is_appended=True)),
        ("p", wrote("log", "4")),
    ]

    assert {"log": ["2", "4"]} == contents_of(changes)


def test_what_a_process_removed_is_gone_and_what_others_wrote_stays() -> None:
    changes = [("p", wrote("a", "1")), ("p", wrote("a", "")), ("p", wrote("b", "2"))]
    both = [("p", wrote("a", "1")), ("q", wrote("a", "2")), ("q", wrote("a", ""))]

    assert {"b": ["2"]} == contents_of(changes)
    assert {"a": ["1"]} == contents_of(both)
