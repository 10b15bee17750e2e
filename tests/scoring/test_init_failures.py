import pytest

from shared.scoring.scorer.init_failures import (
    COOL_DOWN_S,
    TRIES,
    TRIES_AFTER_SUCCESS,
    InitFailures,
)
from shared.scoring.scorer_spec import InitFailed


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def failed_often(clock: Clock, times: int = TRIES) -> InitFailures:
    failures = InitFailures(clock)
    for number in range(times):
        failure = InitFailed(f"no. {number}", error_type="E", details="d", logs=b"l")
        failures.record("f", failure)
    return failures


def test_two_failures_in_a_row_do_not_raise() -> None:
    failed_often(Clock(), 2).check("f")


def test_after_three_the_last_is_raised_again_until_the_deployment_has_cooled_down() -> None:
    clock = Clock()
    failures = failed_often(clock)

    for _ in range(2):
        with pytest.raises(InitFailed, match=r"no\. 2"):
            failures.check("f")
    failures.check("other")
    clock.now += COOL_DOWN_S
    failures.check("f")


def test_one_more_failure_after_the_cool_down_starts_another() -> None:
    clock = Clock()
    failures = failed_often(clock)
    clock.now += COOL_DOWN_S
    failures.record("f", InitFailed("again", error_type="E", details=""))

    with pytest.raises(InitFailed, match="again"):
        failures.check("f")


def test_a_failure_after_a_success_does_not_raise() -> None:
    failures = failed_often(Clock())
    failures.record_success("f")
    failures.record("f", InitFailed("again", error_type="E", details=""))

    failures.check("f")


def test_what_has_loaded_before_may_fail_more_often() -> None:
    """Something ends its processes from outside, more likely than not."""
    failures = InitFailures(Clock())
    failures.record_success("f")
    for number in range(TRIES_AFTER_SUCCESS - 1):
        failures.record("f", InitFailed(f"no. {number}", error_type="E", details="d"))
    failures.check("f")
    failures.record("f", InitFailed("the last", error_type="E", details="d"))

    with pytest.raises(InitFailed, match="the last"):
        failures.check("f")
    assert (TRIES_AFTER_SUCCESS, TRIES) == (failures.tries("f"), failures.tries("other"))
