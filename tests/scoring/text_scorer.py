"""A texts that scores texts and bytes as if they were files."""

import csv
import sys
from pathlib import Path

from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer_spec import FileFailure, LocalFile, Scored, ScorerSpec

# A file for the model that echoes: all its columns, and a row that fits.
HEADER = "f,d,i,l,s,b,t,ask\n"
GOOD = "0.1,0.1,1,9007199254740993,007,true,2020-01-02,\n"


class TextScorer:
    """Scores texts as if they were files, and reads the rows back."""

    def __init__(self, scorer: Scorer, folder: Path) -> None:
        self.scorer = scorer
        self.output = folder / "output"
        self._folder = folder

    def score(self, **files: str | bytes) -> Scored:
        """`trip_csv="a,b"` is a file named trip.csv."""
        inputs = []
        for number, (key, content) in enumerate(files.items()):
            path = self._folder / f"{number}.local"
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            inputs.append(LocalFile(path, "in/" + ".".join(key.rsplit("_", 1))))
        return self.scorer.score(inputs, self.output, timeout_s=60)

    @property
    def rows(self) -> list[list[str]]:
        return list(csv.reader(self.output.read_text().splitlines()))


def mlflow_spec(models: Path, name: str) -> ScorerSpec:
    return ScorerSpec(name, "mlflow", sys.executable, models / name)


def told(failure: FileFailure) -> tuple[str, str, str]:
    return failure.name, failure.stage, failure.error_type
