"""Secrets of webhooks, and the waits between attempts."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.delivery import JITTER, LONGEST_ROUND, Attempt, wait_after
from shared.domain.webhook import PREFIX, Receiver, key_of, new_secret, shown_url
from shared.settings import Settings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DELAYS = Settings().webhook_retry_s


def test_a_made_secret_has_32_bytes_and_is_another_one_each_time() -> None:
    made = {new_secret() for _ in range(20)}

    assert 20 == len(made)
    assert {32} == {len(key_of(one)) for one in made}


@pytest.mark.parametrize("length", [0, 23, 65])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="24 to 64 bytes"):
        key_of(PREFIX + base64.b64encode(bytes(length)).decode())


@pytest.mark.parametrize(
    "secret",
    ["hunter2hunter2", "whsec_%%%", new_secret().removeprefix(PREFIX)],
    ids=["no prefix", "no base64", "a made one without its prefix"],
)
def test_neither_a_refusal_nor_a_receiver_in_a_log_shows_the_secret(secret: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Receiver(url="https://x/?code=k3y", secret=secret)
    assert secret not in str(refused.value)

    own = new_secret()
    shown = repr(Receiver(url="https://x/?code=k3y", secret=own))
    assert own not in shown
    assert "k3y" not in shown


def test_the_secret_before_signs_for_a_day_and_the_same_one_again_rotates_nothing() -> None:
    old, new = new_secret(), new_secret()
    first = Receiver(url="https://x", secret=old)
    rotated = first.rotated(new, NOW)

    assert first == first.rotated(old, NOW)
    assert [key_of(new), key_of(old)] == rotated.keys(NOW)
    assert [key_of(new)] == rotated.keys(NOW + timedelta(days=1))
    assert NOW + timedelta(days=1) == rotated.overlap(NOW)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x/a", "https://x/a"),
        ("https://x/a?b=c&d", "https://x/a?***"),
        ("https://x?", "https://x?***"),
    ],
)
def test_the_query_of_an_address_is_not_shown(url: str, shown: str) -> None:
    assert shown == shown_url(url)


@given(st.text(min_size=1, max_size=20), st.integers(1, 20), st.integers(0, 10**6))
def test_a_wait_is_decided_by_the_event_and_stays_within_the_day(
    event: str, number: int, asked: int
) -> None:
    attempt = Attempt(round=1, number=number, at=NOW, status=503, retry_after_s=asked)
    elapsed = timedelta(seconds=sum(DELAYS[: number - 1]))

    wait = wait_after(event, attempt, elapsed, DELAYS)

    assert wait == wait_after(event, attempt, elapsed, DELAYS)
    if wait is None:
        assert number > len(DELAYS)
        return
    told = DELAYS[number - 1]
    assert wait.total_seconds() >= told * (1 - JITTER)
    assert elapsed + wait <= max(LONGEST_ROUND, elapsed + timedelta(seconds=told))
