"""A use case waits for its orchestration, but not for ever."""

from collections.abc import Callable

import pytest

from shared.application.waiting import wait_until


def counted(*values: int) -> Callable[[], int]:
    return iter(values).__next__


def test_what_is_done_is_not_looked_at_again() -> None:
    assert 3 == wait_until(lambda value: value == 3, 3, counted(), within_s=60)


def test_it_looks_until_it_is_done_and_no_longer() -> None:
    look = counted(2, 3, 4)

    assert 3 == wait_until(lambda value: value == 3, 1, look, within_s=60)
    assert 4 == look()


@pytest.mark.parametrize("within_s", [0.0, -1.0])
def test_who_does_not_want_to_wait_has_it_as_it_is(within_s: float) -> None:
    assert 1 == wait_until(lambda value: value == 3, 1, counted(), within_s=within_s)


def test_when_the_time_is_up_it_is_what_was_seen_last() -> None:
    assert 2 == wait_until(lambda value: value == 3, 1, counted(2), within_s=0.05)
