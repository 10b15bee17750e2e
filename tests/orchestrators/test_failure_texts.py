"""What leaves an orchestrator when an activity is given up: a value, in one line, never empty."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrators.retries import reason_of
from shared.domain.message import LONGEST_REASON
from tests.support.failures import a_failure, give_up
from tests.support.services_in_memory import rehearse, run_job, services_in_memory, upload
from tests.support.specs import a_spec


@given(st.text(max_size=5000))
def test_a_reason_is_one_line_never_empty_and_bounded(text: str) -> None:
    reason = reason_of(a_failure(text), "Scoring")

    assert reason.startswith("Scoring failed")
    assert 1 == len(reason.splitlines())
    assert len(reason) <= LONGEST_REASON


@pytest.mark.parametrize("step", ["plan_job", "score_minibatch", "close_shard", "end_job"])
def test_a_store_that_stays_away_ends_the_job_by_a_value(tmp_path: Path, step: str) -> None:
    services, blobs, _ = services_in_memory(tmp_path)
    upload(blobs, ["1", "2"])
    rehearsal = rehearse(services)

    rehearsal.activities = {**rehearsal.activities, step: give_up}
    ending = run_job(a_spec(), services, rehearsal)

    assert "Failed" == ending["status"]
    assert "the store is away" in ending["reason"]
    assert "and more" not in ending["reason"]
