"""Bodies of requests: what would hold up everybody else is refused at once."""

import json
import time
from dataclasses import replace

import pytest

from shared.api.http import DEEPEST, LONGEST_BODY
from shared.domain.errors import InvalidRequest
from shared.domain.message import JSON
from tests.triggers.asking import ask


def body_of(text: bytes) -> JSON:
    return replace(ask(), body=text).json


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"[" * LONGEST_BODY, "not JSON"),
        (b'{"a":' * 500_000, "not JSON"),
        (b"[" * 101 + b"]" * 101, f"nested more than {DEEPEST} deep"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, f"nested more than {DEEPEST} deep"),
        (b'"' + b"a" * LONGEST_BODY + b'"', f"at most {LONGEST_BODY}"),
        (b"9" * 5000, "not JSON"),
    ],
)
def test_what_nobody_can_mean_is_refused_within_a_second(text: bytes, why: str) -> None:
    began = time.process_time()

    with pytest.raises(InvalidRequest, match=why):
        body_of(text)

    assert time.process_time() - began < 1


def test_a_body_may_be_large_and_nested_within_reason() -> None:
    began = time.process_time()
    text = json.dumps([{"name": "x" * 30, "values": [[]]} for _ in range(60_000)]).encode()
    deep = b"[" * DEEPEST + b"]" * DEEPEST

    assert len(text) > LONGEST_BODY * 0.8
    assert 60_000 == len(body_of(text))
    assert body_of(deep)
    assert time.process_time() - began < 1
