"""A receipt: every planned file is in one place, and `proven` is said of whole outputs only."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.job import Ending, JobStatus
from shared.domain.outcome import Tally
from shared.domain.plan import Plan
from shared.domain.receipt import OutputProof, Receipt, Verdict, receipt_of
from tests.support.specs import a_spec

COUNT = st.integers(0, 1000)


def an_output(rows: int) -> OutputProof:
    return OutputProof(uri="u", bytes=1, rows=rows, sha256="s", file_count=1, files=[])


@st.composite
def endings(draw: st.DrawFn) -> Ending:
    planned = draw(COUNT)
    tried = draw(st.integers(0, planned))
    return Ending(
        spec=a_spec(),
        plan=Plan(
            key="k",
            files=planned,
            minibatches=planned,
            shards=1,
            skipped=draw(COUNT),
            digest="d",
            is_confirmed=draw(st.booleans()),
        ),
        tally=Tally(
            files=tried,
            failed_files=draw(st.integers(0, tried)),
            minibatches=tried,
            rows=draw(st.integers(0, 3)),
        ),
        status=draw(st.sampled_from([JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELED])),
    )


OUTPUTS = st.none() | st.integers(0, 3).map(an_output)


@given(ended=endings(), output=OUTPUTS)
def test_every_planned_file_is_scored_failed_or_untried(
    ended: Ending, output: OutputProof | None
) -> None:
    files = receipt_of(ended, output, []).files

    assert files.planned == files.scored + files.failed + files.untried
    assert min(files.scored, files.failed, files.untried) >= 0
    assert ended.plan.skipped == files.skipped


@given(ended=endings(), output=OUTPUTS)
def test_only_the_whole_output_of_a_confirmed_plan_is_proven(
    ended: Ending, output: OutputProof | None
) -> None:
    is_whole = (
        output is not None
        and ended.plan.is_confirmed
        and ended.tally.files == ended.plan.files
        and output.rows == ended.tally.rows
    )

    assert is_whole == (receipt_of(ended, output, []).verdict is Verdict.PROVEN)


@given(ended=endings(), output=OUTPUTS)
def test_a_receipt_reads_back_as_written(ended: Ending, output: OutputProof | None) -> None:
    receipt = receipt_of(ended, output, ["One. Two."])

    assert receipt == Receipt.from_wire(receipt.to_wire())
    assert (ended.status, ["One. Two."]) == (receipt.status, receipt.warnings)


@given(ended=endings(), output=OUTPUTS, retries=COUNT, seconds=st.floats(0, 1e6))
def test_what_died_on_the_way_and_how_long_it_took_is_not_in_it(
    ended: Ending, output: OutputProof | None, retries: int, seconds: float
) -> None:
    """Two runs of one job have the same receipt."""
    tally = ended.tally.model_copy(update={"retries": retries, "seconds": seconds})
    since = datetime(2026, 1, 1, tzinfo=UTC)
    again = ended.model_copy(update={"tally": tally, "scoring_since": since, "closed_shards": 7})

    assert receipt_of(ended, output, []) == receipt_of(again, output, [])
