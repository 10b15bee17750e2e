"""Scripts that use more memory than they may."""

from pathlib import Path

import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import InitFailed
from tests.scoring.script_lease import misbehaving
from tests.support.waiting import is_running, wait_until


@pytest.mark.parametrize(
    "act",
    ["leaks_memory_in_run", "leaks_memory_in_a_child", "leaks_memory_in_another_session"],
)
def test_a_script_that_leaks_is_ended_at_its_limit(
    pool: ScorerPool, tmp_path: Path, act: str
) -> None:
    with misbehaving(pool, tmp_path, act, memory_limit_mb=120) as scorer:
        pid = scorer.scorer.pid or 0
        failed = scorer.failure("a")

        assert ("died", "OutOfMemory") == (failed.kind, failed.error_type)
        assert "used more than 120 MB, its memory limit, and was killed" in failed.message
        assert not is_running(pid)


def test_an_init_that_leaks_is_ended_at_its_limit(pool: ScorerPool, tmp_path: Path) -> None:
    with (
        pytest.raises(InitFailed, match="used more than 120 MB") as caught,
        misbehaving(pool, tmp_path, "leaks_memory_in_init", memory_limit_mb=120),
    ):
        pass

    assert "OutOfMemory" == caught.value.error_type


def test_memory_that_forks_share_counts_once(pool: ScorerPool, tmp_path: Path) -> None:
    """Five processes of 60 MB that are the same 60 MB stay within 200."""
    with misbehaving(pool, tmp_path, "shares_its_memory_with_forks", memory_limit_mb=200) as scorer:
        assert 1 == scorer.score("a").rows


def test_a_process_that_has_grown_between_runs_is_replaced_and_no_run_is_blamed(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """Each run is too short to be looked at."""
    with misbehaving(pool, tmp_path, "leaks_memory_between_runs", memory_limit_mb=120) as scorer:
        first = scorer.scorer.pid
        assert ["1"] == scorer.rows("a")
        wait_until(lambda: scorer.rows("a") == ["1"], "it was replaced")

        assert first != scorer.scorer.pid
