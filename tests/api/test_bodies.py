"""Bodies of requests: what would hold up everybody else is refused at once."""

import json
import time
from dataclasses import replace

import pytest

from shared.api.http import DEEPEST, LONGEST_BODY, MOST_VALUES
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from tests.support.requests import http_request


def body_of(text: bytes) -> JSON:
    return replace(http_request(), body=text).json


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"[" * LONGEST_BODY, "not JSON"),
        (b'{"a":' * 500_000, "not JSON"),
        (b"[" * 101 + b"]" * 101, f"nested more than {DEEPEST} deep"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, f"nested more than {DEEPEST} deep"),
        (b'"' + b"a" * LONGEST_BODY + b'"', f"at most {LONGEST_BODY}"),
        (b"9" * 5000, "not JSON"),
        (b"[" + b"[]," * 1_300_000 + b"[]]", f"more than {MOST_VALUES} values"),
        (b"{" + b",".join(b'"%d":{}' % each for each in range(300_000)) + b"}", "more than"),
        (b"[" + b"1," * 2_000_000 + b"1]", "more than"),
        (b'{"a": "' + b'\\"' * 1_900_000, "not JSON"),
        (b'["a",' + b" " * 4_000_000, "not JSON"),
    ],
)
def test_what_nobody_can_mean_is_refused_within_a_second(text: bytes, why: str) -> None:
    began = time.process_time()

    with pytest.raises(InvalidRequest, match=why):
        body_of(text)

    assert time.process_time() - began < 1


def test_a_body_may_be_large_and_nested_within_reason() -> None:
    began = time.process_time()
    text = json.dumps([{"name": "x" * 160, "values": [[]]} for _ in range(19_000)]).encode()
    deep = b"[" * DEEPEST + b"]" * DEEPEST

    assert len(text) > LONGEST_BODY * 0.8
    assert 19_000 == len(body_of(text))
    assert body_of(deep)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999999", "-1e400"])
def test_a_number_that_json_does_not_have_is_refused_for_no_reader_could_read_it_again(
    number: str,
) -> None:
    with pytest.raises(InvalidRequest, match="not JSON"):
        body_of(f'{{"properties": {{"any": [{number}]}}}}'.encode())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"properties": {"miniBatchSize": "5",\n    }\n}', {"properties": {"miniBatchSize": "5"}}),
        ('{"a": [1, 2, ], "b": {"c": ",}", },}', {"a": [1, 2], "b": {"c": ",}"}}),
        ('["\\",]", "é,}",]', ['",]', "é,}"]),
    ],
)
def test_a_comma_after_the_last_value_is_taken_as_azure_takes_it(text: str, value: JSON) -> None:
    assert value == body_of(text.encode())


@pytest.mark.parametrize("text", ["[1,,]", '{"a": 1, "b"}', '{"a": "x,}', "[,1]", '{"a" 1,}'])
def test_other_stray_commas_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="not JSON"):
        body_of(text.encode())
