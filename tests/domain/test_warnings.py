"""Warnings: what a job that did not fail should still be known for, in words; nothing else."""

from typing import Any

import pytest

from shared.domain.deployment import OutputAction
from shared.domain.job import Ending, JobStatus
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.receipt import OutputProof
from shared.domain.warnings import lasting_warnings, passing_warnings
from tests.support.specs import a_spec

PROOF = OutputProof(uri="u", bytes=1, rows=7, sha256="0", file_count=1, files=[])
EMPTY = PROOF.model_copy(update={"bytes": 0, "rows": 0})


def an_ending(
    status: JobStatus = JobStatus.COMPLETED,
    skipped: int = 0,
    left_out: str = "",
    action: OutputAction = OutputAction.APPEND_ROW,
    **tally: Any,
) -> Ending:
    return Ending(
        spec=a_spec(output_action=action),
        plan=Plan(files=7, skipped=skipped, left_out=left_out),
        tally=Tally(**{"files": 7, **tally}),
        status=status,
    )


def test_a_job_without_trouble_has_no_warning() -> None:
    assert [] == lasting_warnings(an_ending(), PROOF)
    assert [] == passing_warnings(an_ending(), [])


@pytest.mark.parametrize(
    ("ending", "proof", "told"),
    [
        (
            an_ending(failed_files=6),
            PROOF,
            "6 of 7 input files failed, as error_threshold -1 allows: they have no rows",
        ),
        (
            an_ending(skipped=2, left_out="2 hidden"),
            PROOF,
            "2 blobs of the input folder were left out: 2 hidden. ",
        ),
        (an_ending(skipped=2), PROOF, "2 blobs of the input folder were left out. "),
        (an_ending(), EMPTY, "No input file gave a row: the predictions file is empty. "),
        (
            an_ending(action=OutputAction.SUMMARY_ONLY),
            EMPTY,
            "The script left no file to publish. ",
        ),
    ],
)
def test_what_any_run_would_have_is_reported(ending: Ending, proof: OutputProof, told: str) -> None:
    (warning,) = lasting_warnings(ending, proof)

    assert warning.startswith(told)
    assert warning.endswith(".")


def test_a_failed_job_says_in_its_reason_that_files_failed() -> None:
    assert [] == lasting_warnings(an_ending(JobStatus.FAILED, failed_files=6), None)
    assert 1 == len(lasting_warnings(an_ending(JobStatus.CANCELED, failed_files=6), None))


def test_what_this_run_went_through_is_reported() -> None:
    names = [f"f{index}.txt" for index in range(7)]

    retries, contested, cut_off = passing_warnings(an_ending(retries=3), names, cut_off=5)

    assert retries.startswith("Mini-batches were tried again 3 times after a failure. ")
    assert "7 side files were overwritten by several processes" in contested
    assert "'f4.txt' and 2 more" in contested
    assert "f5.txt" not in contested
    assert cut_off.startswith("The processes of 5 mini-batches were ended before their shutdown()")


def test_why_files_share_no_predict_is_told_where_comparing_has_shown_it() -> None:
    (apart,) = passing_warnings(an_ending(), [], apart="rows were others")

    assert "from where it came out that rows were others; mini-batches" in apart
    assert "batchPredict" in apart
