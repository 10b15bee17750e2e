"""Scorers times their threads are no more than the machine has cores."""

import sys
from pathlib import Path

import pytest

from shared.scoring.scorer.cores import share_of_cores, usable_cores
from shared.scoring.scorer.pool import ScorerPool
from tests.scoring.misbehaving_scripts import script_spec
from tests.scoring.script_lease import Leased

ASKS_POOLS = """
import joblib, numpy, pyarrow, threadpoolctl

def init():
    pass

def run(mini_batch):
    numpy.ones((2, 2)) @ numpy.ones((2, 2))
    pools = {one['num_threads'] for one in threadpoolctl.threadpool_info()}
    threads = joblib.Parallel(n_jobs=-1, require='sharedmem')._effective_n_jobs()
    return [f"{sorted(pools)} {pyarrow.cpu_count()} {joblib.cpu_count()} {threads}"]
"""


@pytest.mark.parametrize(
    ("quota", "cores"),
    [
        ("max 100000\n", None),
        ("100000 100000\n", 1),
        ("50000 100000\n", 1),
        ("6400000 100000\n", None),
        ("nonsense\n", None),
    ],
)
def test_a_containers_quota_counts(tmp_path: Path, quota: str, cores: int | None) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    all_of_them = usable_cores(tmp_path / "missing")

    assert (cores or all_of_them) == usable_cores(tmp_path / "cpu.max")


@pytest.mark.parametrize(
    ("scorers", "cores", "threads"),
    [(1, 8, 8), (2, 8, 4), (3, 8, 2), (8, 8, 1), (9, 8, 1), (0, 8, 8), (4, 1, 1)],
)
def test_scorers_times_threads_are_at_most_the_cores(
    scorers: int, cores: int, threads: int
) -> None:
    assert {str(threads)} == set(share_of_cores(scorers, cores).values())
    assert scorers * threads <= max(scorers, cores)


def test_the_libraries_pools_are_as_large_as_they_are_told(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """Two scorers, on any number of cores: a BLAS and Arrow have one, n_jobs=-1 its share."""
    share = max(1, usable_cores() // 2)
    spec = script_spec(tmp_path, sys.executable, ASKS_POOLS)
    with pool.lease(spec, capacity=2) as scorer:
        said = Leased(scorer, tmp_path).rows("a")

    assert [f"[1] 1 {share} {share}"] == said


def test_a_deployments_own_variables_count(pool: ScorerPool, tmp_path: Path) -> None:
    own = (("LOKY_MAX_CPU_COUNT", "1"), ("OMP_NUM_THREADS", "3"))
    spec = script_spec(tmp_path, sys.executable, ASKS_POOLS, environment=own)
    with pool.lease(spec, capacity=1) as scorer:
        _, arrow, joblib, _ = Leased(scorer, tmp_path).rows("a")[0].rsplit(" ", 3)

    assert ("3", "1") == (arrow, joblib)
