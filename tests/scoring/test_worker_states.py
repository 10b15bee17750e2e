import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.scoring.scorer.init_failures import InitFailures
from shared.scoring.scorer.launcher import Launcher
from shared.scoring.scorer.predict_differences import PredictDifferences
from shared.scoring.scorer.scorer import Scorer
from shared.scoring.scorer.scorer_folders import ScorerFolders
from shared.scoring.scorer.scorer_state import ScorerState
from shared.scoring.scorer_spec import ScorerSpec, ScoringFailed
from tests.scoring.conftest import acts, misbehaving_interpreter
from tests.support.waiting import PATIENCE_S, is_running


class AnyOrderOfCalls(RuleBasedStateMachine):
    """Whatever is called in whatever order, the worker is in the state that the last call says."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        python = misbehaving_interpreter(folder)
        self.output = folder / "output"
        self.launcher = Launcher()
        spec = ScorerSpec("f", "misbehaving", python, None)
        self.scorer = Scorer(
            spec,
            self.launcher.launch,
            InitFailures(),
            PredictDifferences(),
            workplace=ScorerFolders(folder / "scratch"),
            grace_s=0.2,
        )
        self.expected = ScorerState.NEW

    @precondition(lambda self: self.expected in (ScorerState.NEW, ScorerState.DEAD))
    @rule()
    def start(self) -> None:
        self.scorer.start()
        self.expected = ScorerState.READY

    @precondition(lambda self: self.expected is ScorerState.READY)
    @rule()
    def start_twice(self) -> None:
        with pytest.raises(RuntimeError):
            self.scorer.start()

    @rule()
    def score(self) -> None:
        scored = self.scorer.score(acts("a", "b"), self.output, timeout_s=PATIENCE_S)
        assert (2, 2) == (scored.rows, scored.succeeded)
        assert b"0,a\n1,b\n" == self.output.read_bytes()
        self.expected = ScorerState.READY

    @rule()
    def raise_in_run(self) -> None:
        self._fail("raises", 20, "exception")
        self.expected = ScorerState.READY

    @rule()
    def die_in_run(self) -> None:
        self._fail("exits_at_once", 20, "died")
        self.expected = ScorerState.DEAD

    @rule()
    def time_out(self) -> None:
        self._fail("sleeps_forever", 0.1, "timeout")
        self.expected = ScorerState.DEAD

    @rule()
    def end(self) -> None:
        self.scorer.end()
        self.expected = ScorerState.DEAD

    @invariant()
    def the_state_is_the_expected_one(self) -> None:
        assert self.expected is self.scorer.state

    @invariant()
    def there_is_a_process_exactly_when_it_is_ready(self) -> None:
        alive = self.scorer.pid is not None and is_running(self.scorer.pid)
        assert alive is (self.expected is ScorerState.READY)

    def teardown(self) -> None:
        self.launcher.close(grace_s=1)
        self.folder.cleanup()

    def _fail(self, act: str, timeout_s: float, kind: str) -> None:
        with pytest.raises(ScoringFailed) as caught:
            self.scorer.score(acts(act), self.output, timeout_s=timeout_s)
        assert kind == caught.value.kind
        assert not self.output.exists()


TestAnyOrderOfCalls = AnyOrderOfCalls.TestCase
TestAnyOrderOfCalls.settings = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,  # processes start when the machine lets them
    suppress_health_check=[HealthCheck.too_slow],
)
