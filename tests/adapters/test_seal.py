"""Secrets at rest: sealed by the first key, opened by any, and never without one."""

import pytest

from shared.adapters.seal import Seal
from shared.domain.errors import InvalidRequest, ServiceUnavailable

OLD, NEW = "o" * 32, "n" * 32


def test_what_is_sealed_is_opened_by_whoever_has_the_key() -> None:
    sealed = Seal([OLD]).close("hush")

    assert "hush" not in sealed
    assert "hush" == Seal([OLD]).open(sealed)
    assert "hush" == Seal([NEW, OLD]).open(sealed)


def test_a_new_first_key_seals_from_then_on() -> None:
    sealed = Seal([NEW, OLD]).close("hush")

    assert "hush" == Seal([NEW]).open(sealed)


@pytest.mark.parametrize("keys", [[], [NEW]])
def test_what_no_key_opens_is_said_with_the_setting(keys: list[str]) -> None:
    sealed = Seal([OLD]).close("hush")

    with pytest.raises(ServiceUnavailable, match="CREDENTIALS_KEYS"):
        Seal(keys).open(sealed)


def test_without_a_key_nothing_is_kept() -> None:
    with pytest.raises(InvalidRequest, match="CREDENTIALS_KEYS"):
        Seal([]).close("hush")
