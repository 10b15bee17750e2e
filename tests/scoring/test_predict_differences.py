"""What one process has found of a deployment's files in one predict(), all of them are told."""

from dataclasses import replace

from shared.scoring.child.messages import RunDone, RunRequest
from shared.scoring.scorer.predict_differences import PredictDifferences
from shared.scoring.scorer_spec import ScorerSpec

REQUEST = RunRequest((("/in/a", "a.csv"),), "/out", 3)


def asked(differences: PredictDifferences, fingerprint: str) -> RunRequest:
    return differences.told(ScorerSpec(fingerprint, "mlflow", "python", None), REQUEST, 7.5)


def test_a_difference_is_told_to_the_deployments_other_processes() -> None:
    differences = PredictDifferences()
    spec = ScorerSpec("one", "mlflow", "python", None)
    nothing = RunDone(1, 1, (), 5, 0.1, apart="its flavour is not known")

    differences.learn(spec, nothing)
    assert replace(REQUEST, timeout_s=7.5) == asked(differences, "one")
    differences.learn(spec, RunDone(1, 1, (), 5, 0.1, apart="rows differ", has_differed=True))

    assert ("rows differ", "") == (asked(differences, "one").apart, asked(differences, "two").apart)
