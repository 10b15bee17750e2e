"""Deployments whose files had other rows in one predict() than alone: found by one, told to all."""

from dataclasses import replace

from shared.scoring.child.messages import RunDone, RunRequest
from shared.scoring.scorer.answers import Answer
from shared.scoring.scorer_spec import ScorerSpec


class PredictDifferences:
    """Of all scorers of a pool."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def told(self, spec: ScorerSpec, request: RunRequest, timeout_s: float) -> RunRequest:
        """A run, for a process that may not know yet what another has found."""
        apart = self._found.get(spec.fingerprint, "")
        return replace(request, timeout_s=timeout_s, apart=apart)

    def learn(self, spec: ScorerSpec, answer: Answer) -> None:
        if isinstance(answer, RunDone) and answer.has_differed:
            self._found.setdefault(spec.fingerprint, answer.apart)
