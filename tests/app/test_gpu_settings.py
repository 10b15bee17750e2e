"""The settings of GPUs reach the scorers that the service makes."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.implementations import make_scorers
from shared.scoring.scorer_spec import ScorerSpec
from shared.settings import Settings
from shared.stores.jobs import Jobs
from shared.stores.registry import Registry
from tests.support.waiting import PATIENCE_S

TELLS = """
import os

def init():
    pass

def run(mini_batch):
    return [os.environ.get('CUDA_VISIBLE_DEVICES', 'none')]
"""


@pytest.fixture
def driver(tmp_path: Path) -> str:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho '3, GPU-cc33, 24564'\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize(("per_gpu", "sees"), [("1", "3"), ("0", "none")])
def test_scorers_of_the_service_are_pinned_as_its_settings_say(
    tmp_path: Path, driver: str, per_gpu: str, sees: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "score.py").write_text(TELLS)
    spec = ScorerSpec(
        "f", "script", sys.executable, None, code_dir=tmp_path / "code", script="score.py"
    )
    blobs = MemoryBlobs()
    with ThreadPoolExecutor(1) as downloads:
        given = {"NVIDIA_SMI": driver, "SCORERS_PER_GPU": per_gpu, "SCRATCH_FOLDER": str(tmp_path)}
        settings = Settings.from_environment(given)
        scorers = make_scorers(settings, blobs, Registry(blobs), downloads, Jobs(blobs))
        try:
            with scorers._pool.lease(spec, capacity=1) as scorer:
                scorer.score([], tmp_path / "rows", timeout_s=PATIENCE_S)
        finally:
            scorers.close()

    assert sees == (tmp_path / "rows").read_text().strip()
