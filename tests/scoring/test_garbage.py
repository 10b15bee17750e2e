"""Python looks for garbage seldom while a model is loaded, and as ever after."""

import gc
from collections.abc import Iterator

import pytest

from shared.scoring.child.mlflow.garbage import SELDOM, seldom_collected


@pytest.fixture(autouse=True)
def _usual() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 7)
    yield
    gc.set_threshold(*before)


def test_it_is_seldom_within_and_as_before_afterwards() -> None:
    with seldom_collected():
        assert (SELDOM, 10) == gc.get_threshold()[:2]
    assert 700 == gc.get_threshold()[0]

    with pytest.raises(ValueError, match="no model"), seldom_collected():
        raise ValueError("no model")
    assert 700 == gc.get_threshold()[0]


def test_what_a_model_sets_stays() -> None:
    with seldom_collected():
        gc.set_threshold(0)
    assert 0 == gc.get_threshold()[0]

    with seldom_collected():  # off, as it was
        assert 0 == gc.get_threshold()[0]
    assert 0 == gc.get_threshold()[0]


def test_garbage_is_found_all_the_same() -> None:
    with seldom_collected():
        made = gc.get_stats()[0]["collections"]
        for _ in range(SELDOM * 3):
            ring: list[object] = []
            ring.append(ring)
        assert made < gc.get_stats()[0]["collections"]
