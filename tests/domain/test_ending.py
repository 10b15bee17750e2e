"""How a job ended: Azure ML's rules, and the order in which they apply."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product

import pytest

from shared.domain.job import CANCELED, Ending, JobStatus, ending
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from tests.support.specs import a_spec

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WHOLE = Plan(key="k", files=20, minibatches=10, shards=1)
EMPTY = Plan(problem="The input folder is empty.")


@dataclass(frozen=True)
class Case:
    """What came of ten mini-batches of two files each, of which `failed` files failed."""

    failed: int = 0
    done: int = 10
    threshold: int = -1
    fatal: str = ""
    is_stopped: bool = False
    plan: Plan = WHOLE

    def ended(self) -> Ending:
        tally = Tally(files=2 * self.done, minibatches=self.done, failed_files=self.failed)
        spec = a_spec(error_threshold=self.threshold)
        return ending(spec, self.plan, tally, self.fatal, 1, NOON, is_stopped=self.is_stopped)


@pytest.mark.parametrize(
    ("case", "status", "told"),
    [
        # nothing went wrong, or no more than was allowed
        (Case(), JobStatus.COMPLETED, ""),
        (Case(failed=3, threshold=3), JobStatus.COMPLETED, ""),
        (Case(failed=19, threshold=-1), JobStatus.COMPLETED, ""),
        # what cannot run at all
        (Case(plan=EMPTY, done=0), JobStatus.FAILED, "The input folder is empty."),
        (Case(fatal="init() failed.", done=0), JobStatus.FAILED, "init() failed."),
        # the threshold counts files over the whole input
        (Case(failed=1, threshold=0), JobStatus.FAILED, "1 input files failed"),
        (Case(failed=4, threshold=3), JobStatus.FAILED, "error_threshold allows 3"),
        (Case(failed=4, threshold=3, done=6), JobStatus.FAILED, "8 files were not tried any more"),
        # what was left undone within the threshold was canceled
        (Case(is_stopped=True, done=6), JobStatus.CANCELED, CANCELED),
        (Case(is_stopped=True), JobStatus.CANCELED, CANCELED),
        (Case(done=9), JobStatus.CANCELED, CANCELED),
        (Case(failed=2, done=1), JobStatus.CANCELED, CANCELED),
        # whatever the threshold allows, one file must have succeeded
        (Case(failed=20, threshold=-1), JobStatus.FAILED, "None of the 20 input files succeeded."),
        (Case(failed=20, threshold=20), JobStatus.FAILED, "None of the 20 input files succeeded."),
    ],
)
def test_a_job_ends_by_azure_mls_rules(case: Case, status: JobStatus, told: str) -> None:
    ended = case.ended()

    assert status is ended.status
    assert told in ended.reason
    assert bool(told) == bool(ended.reason)


@pytest.mark.parametrize(
    ("has_problem", "is_fatal", "is_spent", "is_stopped", "is_without_success"),
    list(product([True, False], repeat=5)),
)
def test_the_first_rule_that_applies_decides(
    *, has_problem: bool, is_fatal: bool, is_spent: bool, is_stopped: bool, is_without_success: bool
) -> None:
    ended = Case(
        plan=WHOLE.model_copy(update={"problem": "There is no input."}) if has_problem else WHOLE,
        fatal="init() failed." if is_fatal else "",
        threshold=0 if is_spent else -1,
        failed=20 if is_without_success else 1,
        is_stopped=is_stopped,
    ).ended()

    expected = [
        (has_problem, JobStatus.FAILED, "There is no input."),
        (is_fatal, JobStatus.FAILED, "init() failed."),
        (is_spent, JobStatus.FAILED, "error_threshold allows 0"),
        (is_stopped, JobStatus.CANCELED, CANCELED),
        (is_without_success, JobStatus.FAILED, "None of the 20"),
        (True, JobStatus.COMPLETED, ""),
    ]
    status, told = next((status, told) for applies, status, told in expected if applies)
    assert status is ended.status
    assert told in ended.reason


def test_an_ending_hands_on_what_it_was_decided_from() -> None:
    ended = Case(failed=4, done=6).ended()

    assert (WHOLE, 4, 1, NOON) == (
        ended.plan,
        ended.tally.failed_files,
        ended.closed_shards,
        ended.scoring_since,
    )
    assert ended == Ending.from_wire(ended.to_wire())
