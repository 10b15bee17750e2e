"""Errors by cause: what differs from file to file makes no other cause, what matters does."""

import time

import pytest

from shared.domain.error_causes import OTHER, Cause, Causes, normalised
from shared.domain.outcome import FileError
from shared.domain.user_frame import user_frame


def an_error(message: str, number: int = 0, **changes: str) -> FileError:
    told = {"stage": "score", "error_type": "ValueError", "certainty": "known", **changes}
    name = f"f{number:06d}.csv"
    return FileError(file=name, message=message, mini_batch=number, attempts=1, **told)


@pytest.mark.parametrize(
    ("message", "same"),
    [
        ("no column 'a'", "no column <value>"),
        ("row 17 has -1.5e3", "row <n> has <n>"),
        ("cannot open /tmp/work/7.files/f.csv", "cannot open <path>"),
        ("cannot open in/2026/f.csv now", "cannot open <path> now"),
        ("f000000.csv is empty", "<file> is empty"),
        ("at https://host/a?b=1 there", "at <url> there"),
        ("id 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "id <id>"),
        ("object at 0x7f00aa", "object at <id>"),
        ("it doesn't, and can't, and/or won't", "it doesn't, and can't, and/or won't"),
        ("several\n  lines", "several lines"),
    ],
)
def test_a_message_loses_what_differs_between_files(message: str, same: str) -> None:
    assert same == normalised(message, "f000000.csv")


@pytest.mark.parametrize("piece", ["'", "a/", "0a", '"', "a", "-", "a.", "/a", "a-/", "1,"])
def test_no_message_takes_long(piece: str) -> None:
    began = time.thread_time()

    normalised(piece * 50_000)

    assert time.thread_time() - began < 0.5


def test_files_that_fail_alike_are_one_cause() -> None:
    causes = Causes()
    causes.add_all(Cause.of(an_error(f"bad value '{i}' in row {i}", i)) for i in range(12))
    causes.add(Cause.of(an_error("bad value 'x' in row 1", 99, where="score.py:3 in run")))

    first, second = causes.largest_first

    assert (12, 12, 0, 11) == (first.files, first.mini_batches, first.first, first.last)
    assert [f"f{i:06d}.csv" for i in range(5)] == first.first_files
    assert ("score.py:3 in run", 1) == (second.where, second.files)


def test_files_of_one_mini_batch_count_it_once() -> None:
    causes = Causes()
    causes.add_all(Cause.of(an_error("bad", number)) for number in (3, 3, 3, 4))

    assert (4, 2) == (causes.listed[0].files, causes.listed[0].mini_batches)


def test_rare_causes_count_together() -> None:
    causes = Causes(most=3)
    words = ["one", "two", "three", "four", "five", "one"]
    causes.add_all(Cause.of(an_error(word, i)) for i, word in enumerate(words))

    assert [2, 2, 1, 1] == [one.files for one in causes.largest_first]
    assert {OTHER} == {one.id for one in causes.listed if "Other" in one.message}
    assert len(words) == sum(one.files for one in causes.listed)


def test_the_innermost_line_of_the_users_own_code_is_named() -> None:
    traceback = """Traceback (most recent call last):
  File "/cache/code/score.py", line 12, in run
    return helper(files)
  File "/cache/code/lib/helper.py", line 7, in helper
    return pandas.read_csv(name)
  File "/venv/lib/python3.13/site-packages/pandas/io.py", line 900, in read_csv
    raise ValueError(name)
ValueError: no
"""
    assert "helper.py:7 in helper" == user_frame(traceback)
    assert "" == user_frame("run() took more than 30 s")
