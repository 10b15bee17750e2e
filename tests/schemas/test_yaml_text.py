"""YAML of users: what is endless is refused at once."""

import time

import pytest

from shared.schemas import yaml_text
from shared.schemas.yaml_text import BadYaml

LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (LAUGHS, "alias or anchor 'a0'"),
        ("a: &itself [*itself]", "alias or anchor 'itself'"),
        ("[" * 100_000, "nested more than 50 deep"),
        ("- " * 100_000, "nested more than 50 deep"),
        ("? " * 100_000, "nested more than 50 deep"),
        ("{a: " * 60 + "1" + "}" * 60, "nested more than 50 deep"),
        ("- a\n" * 200_000, "more than 100000 values"),
        ("a" * 2_000_000, "2000000 characters"),
        ("a: [", "expected"),
        ("a: \x00", "not allowed|special characters|control characters"),
        ("? {}\n: 1", "unhashable"),
    ],
)
def test_what_is_no_use_to_anybody_is_refused_within_a_second(text: str, why: str) -> None:
    began = time.process_time()

    for read in (yaml_text.plain, yaml_text.typed):
        with pytest.raises(BadYaml, match=why):
            read(text)

    assert time.process_time() - began < 2


@pytest.mark.parametrize("text", ["a: " + "9" * 5000, "a: 2020-99-99", "a: " + "1:" * 9999 + "1.0"])
def test_values_that_are_none_are_refused_by_who_reads_values(text: str) -> None:
    with pytest.raises(BadYaml):
        yaml_text.typed(text)
    assert {"a": text[3:]} == yaml_text.plain(text)


def test_numbers_are_numbers_or_stay_the_text_they_are() -> None:
    assert {"python": 3.1, "on": [True, None]} == yaml_text.typed("python: 3.10\n'on': [yes, ~]")
    assert {"python": "3.10", "on": ["yes", "~"]} == yaml_text.plain("python: 3.10\non: [yes, ~]")


def test_a_model_of_ten_thousand_columns_is_read_within_a_second() -> None:
    columns = ", ".join(f'{{"type": "double", "name": "column_{n:05d}"}}' for n in range(10_000))
    began = time.process_time()

    read = yaml_text.plain(f"signature:\n  inputs: '[{columns}]'\n")

    assert columns in read["signature"]["inputs"]
    assert time.process_time() - began < 1
