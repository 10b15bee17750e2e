"""A pool with prepared processes, and deployments that find a library to import ahead."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.preparable_deployments import Preparable
from shared.scoring.scorer_spec import ScorerSpec
from tests.scoring.misbehaving_scripts import input_files, script_spec
from tests.support.waiting import wait_until

# A library that says when it is imported, and asks for another one, as many do.
LIBRARY = """
print("joblib is imported")
try:
    import helpers
except ImportError:
    helpers = None
"""
# Its only row is whether the library was there before the script.
EARLY = """
import sys
early = "joblib" in sys.modules
import joblib

def run(mini_batch):
    return [str(early)] * len(mini_batch)
"""


@dataclass(frozen=True)
class House:
    """A pool, and deployments that find the library above in their site packages."""

    pool: ScorerPool
    folder: Path

    @property
    def pids(self) -> list[int]:
        """Of the prepared processes that have imported everything."""
        ready = [one for one in self.pool._prepared._prepared if one.is_ready]
        return [one.scorer.pid or 0 for one in ready]

    @property
    def specs(self) -> list[ScorerSpec]:
        return [one.scorer.spec for one in self.pool._prepared._prepared]

    @property
    def known(self) -> list[Preparable]:
        return list(self.pool._prepared._deployments._of.values())

    def spec(self, source: str = EARLY, name: str = "one", **changes: Any) -> ScorerSpec:
        packages = self.folder / "site-packages"
        (packages / "joblib").mkdir(parents=True, exist_ok=True)
        (packages / "joblib" / "__init__.py").write_text(LIBRARY)
        (self.folder / name).mkdir(exist_ok=True)
        changes = {"fingerprint": name, "packages": (packages,), **changes}
        python = changes.pop("python", sys.executable)
        return script_spec(self.folder / name, python, source, **changes)

    def rows(self, spec: ScorerSpec, *, job: str = "job", capacity: int = 1, most: int = 0) -> str:
        """The rows of a whole job, and what it printed."""
        output, files = self.folder / "output", input_files(self.folder / "inputs", "a")
        with self.pool.lease(spec, capacity=capacity, most=most, job=job) as scorer:
            scorer.score(files, output, timeout_s=60)
            printed = scorer.drain_logs().both.decode()
        self.pool.release(job)
        return output.read_text() + printed

    def wait(self, count: int) -> list[int]:
        """For so many prepared processes, and nothing else."""
        return wait_until(lambda: self.pids if self.is_at_rest(count) else [], "prepared")

    def is_at_rest(self, count: int) -> bool:
        census = self.pool.census()
        return self.pool.prepared() == count and census.is_at_rest

    def is_hopeless(self, spec: ScorerSpec) -> bool:
        return any(known.spec == spec and known.is_hopeless for known in self.known)


@pytest.fixture
def house_of(tmp_path: Path) -> Iterator[Callable[..., House]]:
    with ExitStack() as stack:

        def house_of(prepared: int = 2, **options: Any) -> House:
            options = {"idle_s": 0.1, "grace_s": 0.3, **options}
            pool = ScorerPool(scratch=tmp_path / "scratch", prepared=prepared, **options)
            stack.callback(pool.close)
            return House(pool, tmp_path)

        yield house_of


@pytest.fixture
def house(house_of: Callable[..., House]) -> House:
    return house_of()
