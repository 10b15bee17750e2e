"""Deployments whose files had other rows in one predict() than alone: found by one, told to all."""

from collections.abc import Sequence
from pathlib import Path

from shared.scoring.child.messages import RunDone, RunRequest
from shared.scoring.scorer.answers import Answer
from shared.scoring.scorer_spec import LocalFile, RowsAsked, ScorerSpec


class PredictDifferences:
    """Of all scorers of a pool."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def request(
        self,
        spec: ScorerSpec,
        files: Sequence[LocalFile],
        output: Path,
        minibatch: int,
        rows: RowsAsked,
        timeout_s: float,
    ) -> RunRequest:
        """A run, for a process that may not know yet what another has found."""
        paths = tuple((str(file.path.absolute()), file.name) for file in files)
        apart = self._found.get(spec.fingerprint, "")
        target = str(output.absolute())
        return RunRequest(paths, target, minibatch, rows.form, timeout_s, apart)

    def learn(self, spec: ScorerSpec, answer: Answer) -> None:
        if isinstance(answer, RunDone) and answer.has_differed:
            self._found.setdefault(spec.fingerprint, answer.apart)
