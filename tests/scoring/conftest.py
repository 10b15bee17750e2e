"""Interpreters that misbehave on request, and pools that end with their test."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.scoring.pool import ScorerPool
from shared.scoring.spec import InputFile, ScorerSpec

_REPOSITORY = Path(__file__).parents[2]
_SCRIPT = """#!{python}
import sys
sys.path.insert(0, {repository!r})
from shared.scoring.child.loop import run
from tests.scoring.sins import driver
run(sys.argv[2:], {{"sinner": driver}})
"""

Specs = Callable[..., ScorerSpec]


def sinful_interpreter(folder: Path, python: str = sys.executable) -> str:
    """An interpreter that knows one more kind of deployment than ours: the sinner."""
    script = folder / "sinful-python"
    script.write_text(_SCRIPT.format(python=python, repository=str(_REPOSITORY)))
    script.chmod(0o755)
    return str(script)


def deeds(*names: str) -> list[InputFile]:
    return [InputFile(Path("/nowhere") / name, name) for name in names]


@pytest.fixture
def spec_of(tmp_path: Path) -> Specs:
    python = sinful_interpreter(tmp_path)

    def spec_of(load: str = "behaves", **changes: object) -> ScorerSpec:
        fields = {
            "fingerprint": "f" * 8,
            "kind": "sinner",
            "python": python,
            "model_dir": tmp_path / "models" / load,
            **changes,
        }
        return ScorerSpec(**fields)  # type: ignore[arg-type]  # a test names only what it changes

    return spec_of


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[ScorerPool]:
    pool = ScorerPool(scratch=tmp_path / "scratch", idle_s=60, init_limit_s=20, grace_s=0.3)
    yield pool
    pool.close()
