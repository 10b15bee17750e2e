"""Interpreters that misbehave on request, and pools that end with their test."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from shared.adapters.memory_blobs import MemoryBlobs
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import LocalFile, ScorerSpec
from tests.scoring.prepared_house import house, house_of
from tests.scoring.text_scorer import TextScorer, mlflow_spec
from tests.support.private_folder import outside
from tests.support.waiting import PATIENCE_S

__all__ = ["house", "house_of", "outside"]

# A busy machine is no failure.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

_REPOSITORY = Path(__file__).parents[2]
_MODEL_MAKER = Path(__file__).with_name("model_maker.py")
_SCRIPT = """#!{python}
import sys
sys.path.insert(0, {repository!r})
from shared.scoring.child.loop import run
from tests.scoring.misbehaving_driver import driver
run(sys.argv[2:], {{"misbehaving": driver}}, {{}})
"""

Specs = Callable[..., ScorerSpec]


def misbehaving_interpreter(folder: Path, python: str = sys.executable) -> str:
    """An interpreter that knows one more kind of deployment than ours, which misbehaves."""
    script = folder / "misbehaving-python"
    script.write_text(_SCRIPT.format(python=python, repository=str(_REPOSITORY)))
    script.chmod(0o755)
    return str(script)


def acts(*names: str) -> list[LocalFile]:
    return [LocalFile(Path("/nowhere") / name, name) for name in names]


@pytest.fixture
def blobs() -> MemoryBlobs:
    blobs = MemoryBlobs()
    blobs.ensure_container("azureml-blobstore")
    return blobs


@pytest.fixture
def spec_of(tmp_path: Path) -> Specs:
    python = misbehaving_interpreter(tmp_path)

    def spec_of(load: str = "behaves", **changes: object) -> ScorerSpec:
        fields = {
            "fingerprint": "f" * 8,
            "kind": "misbehaving",
            "python": python,
            "model_dir": tmp_path / "models" / load,
            **changes,
        }
        return ScorerSpec(**fields)  # type: ignore[arg-type]  # a test names only what it changes

    return spec_of


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[ScorerPool]:
    pool = ScorerPool(scratch=tmp_path / "scratch", idle_s=60, init_limit_s=PATIENCE_S, grace_s=0.3)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    # The whole environment: OPENBLAS_* choose the last digit of what a model says.
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    subprocess.run(
        [sys.executable, str(_MODEL_MAKER), str(folder)], check=True, cwd=folder, env=environment
    )
    return folder


@pytest.fixture(scope="session")
def warm_pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScorerPool]:
    """MLflow takes seconds to import: one process per model serves all tests."""
    pool = ScorerPool(scratch=tmp_path_factory.mktemp("scratch"), idle_s=600)
    yield pool
    pool.close()


@pytest.fixture(name="echo")
def _echo(warm_pool: ScorerPool, models: Path, tmp_path: Path) -> Iterator[TextScorer]:
    with warm_pool.lease(mlflow_spec(models, "echo"), capacity=1) as scorer:
        yield TextScorer(scorer, tmp_path)
