"""Models that do not load, and interpreters that do not run."""

from pathlib import Path

import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import InitFailed
from tests.scoring.conftest import Specs


@pytest.mark.parametrize(
    ("act", "message"),
    [
        ("raises", "ValueError: no such luck"),
        ("exits", "The scorer process exited with code 42 while the model was loaded."),
        ("is_killed", "was killed by SIGKILL, likely out of memory while the model was loaded."),
    ],
)
def test_a_model_that_does_not_load_says_why(
    pool: ScorerPool, spec_of: Specs, act: str, message: str
) -> None:
    with pytest.raises(InitFailed, match=message) as caught, pool.lease(spec_of(act), capacity=1):
        pass

    assert "raises" != act or "in raises" in caught.value.details
    assert caught.value.message in caught.value.details


def test_loading_has_a_limit_of_its_own(tmp_path: Path, spec_of: Specs) -> None:
    pool = ScorerPool(scratch=tmp_path / "scratch", idle_s=60, init_limit_s=0.5, grace_s=0.3)

    with (
        pytest.raises(InitFailed, match=r"more than 0\.5 s while"),
        pool.lease(spec_of("sleeps_forever"), capacity=1),
    ):
        pass

    pool.close()


@pytest.mark.parametrize(
    ("python", "message"),
    [("/no/such/python", "cannot be started"), ("/bin/false", "exited with code 1")],
)
def test_an_interpreter_that_does_not_run_is_a_failed_init(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path, python: str, message: str
) -> None:
    with (
        pytest.raises(InitFailed, match=message),
        pool.lease(spec_of(python=python), capacity=1),
    ):
        pass

    assert not list((tmp_path / "scratch").iterdir())
