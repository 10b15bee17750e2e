"""A model of another time scores from the environment that it brings along."""

import json
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from local.project import PROJECT
from shared.scoring.environments.environment_spec import EnvironmentFailed, EnvironmentSpec
from shared.scoring.environments.environments import Environments
from shared.scoring.environments.sources import of_model
from shared.scoring.environments.uv import find_uv
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import LocalFile, ScorerSpec
from tests.environments.test_builds import old_python

_MAKER = Path(__file__).with_name("old_model.py")
_OFFLINE = ("Failed to fetch", "dns error", "error sending request", "network")


@pytest.fixture
def cache() -> Path:
    """Uv's usual cache: the packages are downloaded once in the life of the machine."""
    try:
        uv = find_uv(None)
    except EnvironmentFailed as error:
        pytest.skip(str(error))
    cache = subprocess.run([uv, "cache", "dir"], capture_output=True, text=True, check=True)
    return Path(cache.stdout.strip())


@pytest.fixture
def environments(tmp_path: Path, cache: Path) -> Environments:
    return Environments(tmp_path / "envs", cache=cache)


@pytest.fixture
def makers(cache: Path) -> Environments:
    """For what makes the model, which is not under test: built by the first run, and kept."""
    return Environments(PROJECT / ".cache" / "tests" / "makers", cache=cache)


def ensured(environments: Environments, spec: EnvironmentSpec) -> Path:
    try:
        return environments.ensure(spec)
    except EnvironmentFailed as failed:
        if any(sign in failed.log for sign in _OFFLINE):
            pytest.skip(f"the package index does not answer: {failed.reason[:200]}")
        raise


@pytest.mark.timeout(300)
def test_a_model_of_scikit_learn_0_22_scores_from_its_own_environment(
    environments: Environments, makers: Environments, tmp_path: Path
) -> None:
    """Pickled by Python 3.7 or 3.8 and MLflow 1: no interpreter of today can load it.

    It asked for neither pandas nor pyarrow, and its tables are csv and parquet.
    """
    python = old_python()
    if python is None or python.parts[-3].startswith("3.9"):
        pytest.skip("no Python 3.7 or 3.8 among pyenv's versions")
    packages = ("mlflow-skinny==1.30.1", "pandas", "scikit-learn==0.22.2.post1")
    maker = ensured(makers, EnvironmentSpec(python.parts[-3], packages))
    subprocess.run([maker, "-W", "ignore", _MAKER, tmp_path], check=True, capture_output=True)

    spec = of_model(tmp_path / "model")
    assert spec is not None
    scorer_python = ensured(environments, spec)
    pool = ScorerPool(scratch=tmp_path / "scratch", idle_s=60)
    try:
        wanted = ScorerSpec("old", "mlflow", str(scorer_python), tmp_path / "model")
        with pool.lease(wanted, capacity=1) as scorer:
            output = tmp_path / "rows"
            scored = scorer.score(_trips(tmp_path), output, timeout_s=60)
    finally:
        pool.close()

    assert (100, 2, ()) == (scored.rows, scored.succeeded, scored.failures)
    assert _expected(tmp_path) == output.read_text().splitlines()


def _trips(folder: Path) -> list[LocalFile]:
    """The same table twice."""
    table = pd.read_csv(folder / "trips.csv")
    table.to_parquet(folder / "trips.parquet")
    return [LocalFile(folder / name, name) for name in ("trips.csv", "trips.parquet")]


def _expected(folder: Path) -> list[str]:
    answers: list[str] = json.loads((folder / "expected.json").read_text())
    return [
        f"{row},{answer},{name}"
        for name in ("trips.csv", "trips.parquet")
        for row, answer in enumerate(answers)
    ]
