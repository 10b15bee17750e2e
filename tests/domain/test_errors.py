"""Every refusal says what is wrong and what to do; what lasts is told from what passes."""

import pytest

from shared.domain.errors import (
    LONGEST_CAUSE,
    BatchError,
    BlocksMissing,
    Conflict,
    ModelMissing,
    NotFound,
    ServiceUnavailable,
    lasting_reason,
)

KINDS = [BatchError, *BatchError.__subclasses__(), *NotFound.__subclasses__()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_is_two_sentences_under_its_arm_code(kind: type[BatchError]) -> None:
    error = kind("'x' is taken.", fix="Use another.", target="name")

    assert "'x' is taken. Use another." == str(error)
    assert (kind.__name__, "name") == (error.code, error.target)


@pytest.mark.parametrize(
    "passing",
    [
        ServiceUnavailable("No answer.", fix="Wait."),
        BlocksMissing("Gone.", fix="Stage them."),
        OSError("disk"),
        KeyboardInterrupt(),
    ],
)
def test_what_may_pass_has_no_lasting_reason(passing: BaseException) -> None:
    assert "" == lasting_reason(passing)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Conflict("Taken.", fix="Use another."), "Taken. Use another."),
        (ModelMissing("Gone.", fix="Register it."), "Gone. Register it."),
        (ValueError("bad\n  yaml"), "ValueError: bad yaml."),
        (KeyError("flavors"), "KeyError: 'flavors'."),
        (RecursionError("too deep"), "RecursionError: too deep."),
    ],
)
def test_what_is_wrong_with_the_data_is_reported(error: BaseException, told: str) -> None:
    assert told in lasting_reason(error)


def test_a_foreign_exception_does_not_fill_the_reason() -> None:
    assert len(lasting_reason(ValueError("x" * 10_000))) < LONGEST_CAUSE + 250
