"""One scorer of a script, leased for a test."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shared.domain.side_names import SideNames
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer_spec import LocalFile, Scored, ScoringFailed
from shared.scoring.side_files.side_folder import ANY
from tests.scoring.misbehaving_scripts import code_of, input_files, script_spec
from tests.support.waiting import PATIENCE_S


class Leased:
    """A scorer, its folder, and short ways to ask it."""

    def __init__(self, scorer: Scorer, folder: Path) -> None:
        self.scorer = scorer
        self.folder = folder
        self.output = folder / "output"

    def files(self, *names: str) -> list[LocalFile]:
        return input_files(self.folder / "inputs", *names)

    def score(
        self,
        *files: str,
        timeout_s: float = PATIENCE_S,
        side: Path | None = None,
        names: SideNames = ANY,
    ) -> Scored:
        return self.scorer.score(
            self.files(*files), self.output, timeout_s=timeout_s, side=side, names=names
        )

    def rows(self, *names: str) -> list[str]:
        self.score(*names)
        return self.output.read_text().splitlines()

    def failure(self, *names: str, timeout_s: float = PATIENCE_S) -> ScoringFailed:
        try:
            scored = self.score(*names, timeout_s=timeout_s)
        except ScoringFailed as failed:
            assert not self.output.exists()
            return failed
        raise AssertionError(f"It scored: {scored}")


@contextmanager
def leased(
    pool: ScorerPool, folder: Path, source: str, *, job: str = "", **changes: Any
) -> Iterator[Leased]:
    spec = script_spec(folder, sys.executable, source, **changes)
    with pool.lease(spec, capacity=1, job=job) as scorer:
        yield Leased(scorer, folder)


@contextmanager
def misbehaving(pool: ScorerPool, folder: Path, act: str, **changes: Any) -> Iterator[Leased]:
    with leased(pool, folder, code_of(act), **changes) as scorer:
        yield scorer
