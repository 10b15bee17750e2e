"""The receipt: what was scored into the predictions file, and the proof.

It holds only what the input, the deployment and the settings determine - no times, no counts of
retries - so that two runs of one job differ in nothing but names, whatever died on the way.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field

from shared.domain.job import Ending, JobStatus
from shared.domain.message import JSON, Message, is_none
from shared.domain.minibatch import PlannedFile
from shared.domain.partial_rows import PartialProof
from shared.domain.plan import Plan
from shared.domain.resolved_deployment import Location
from shared.domain.selection import LeftOut, Selection
from shared.domain.upload_batch import UploadBatch

MOST_LISTED = 1000  # a person reads the receipt


class Verdict(StrEnum):
    """Whether the output is the whole input's.

    `proven`: two listings of the input agree, each planned file is accounted for just once, and
    the output was checked. `sample`: the same of the files of a sample, and the rest of the input
    was not scored. `partial`: the job did not complete, and the rows that it had are kept.
    """

    PROVEN = "proven"
    SAMPLE = "sample"
    PARTIAL = "partial"
    INCOMPLETE = "incomplete"


class Files(Message):
    """Every planned file is in exactly one of scored, failed and untried."""

    planned: int
    scored: int
    failed: int
    untried: int
    skipped: int


class ScoredBy(Message):
    endpoint: str
    deployment: str
    model: str
    fingerprint: str


@dataclass(frozen=True, slots=True)  # there may be 100,000: a third of a Message's size
class PublishedFile:
    """One file of the output, by its path in the folder of the predictions file."""

    path: str
    bytes: int
    sha256: str
    rows: Annotated[int | None, Field(exclude_if=is_none)] = None
    """Of one of several files of predictions."""


def write_file(file: PublishedFile) -> JSON:
    """As it stands in a list of files."""
    return {name: value for name, value in asdict(file).items() if value is not None}


class FileList(Message):
    """A list too long for the receipt: a file beside it, with a `PublishedFile` on each line."""

    name: str
    bytes: int
    sha256: str


class OutputProof(Message):
    """The predictions file: `sha256` and `bytes` are of the whole file.

    All that was published - this file first, then what a script wrote beside it - is in `files`, or
    in the file that `file_list` names; `file_count` says how many they are.
    """

    uri: str
    bytes: int
    rows: int
    sha256: str
    file_count: int
    files: list[PublishedFile]
    file_list: FileList | None = None


class PlanProof(Message):
    """What was planned; `digest` is over every input file's name and etag, in order.

    `is_confirmed`: a second listing, read after the plan and cut into other pages, held the same
    names. Otherwise the input changed each time it was planned, and nobody can say whether the
    plan holds every file.
    """

    digest: str
    is_confirmed: bool
    mini_batches: int
    shards: int

    @classmethod
    def of(cls, plan: Plan) -> Self:
        return cls(
            digest=plan.digest,
            is_confirmed=plan.is_confirmed,
            mini_batches=plan.minibatches,
            shards=plan.shards,
        )


class BatchProof(Message):
    """The batch of uploads that was the input, and the document that accepted it.

    Its files are listed, each with its etag, if they are at most MOST_LISTED; the document has all.
    """

    number: int
    manifest: str
    files: list[PlannedFile]

    @classmethod
    def of(cls, batch: UploadBatch, manifest: Location) -> Self:
        files = batch.files if len(batch.files) <= MOST_LISTED else []
        return cls(number=batch.number, manifest=str(manifest), files=files)


class SampleProof(Message):
    """How much of the input a sample is: so many files and bytes there were in all."""

    files: int
    of_files: int
    of_bytes: int


class Receipt(Message):
    """`selection` is there where files were chosen, `left_out` where any were: no inputs of it."""

    job: str
    status: JobStatus
    reason: str
    verdict: Verdict
    input_uri: str
    files: Files
    mini_batches_scored: int
    plan: PlanProof
    scored_by: ScoredBy
    output: OutputProof | None
    warnings: list[str]
    batch: BatchProof | None = None
    selection: Selection | None = Field(default=None, exclude_if=is_none)
    left_out: LeftOut | None = Field(default=None, exclude_if=is_none)
    sample: SampleProof | None = Field(default=None, exclude_if=is_none)
    partial: PartialProof | None = Field(default=None, exclude_if=is_none)


def _count(ending: Ending) -> Files:
    plan, tally = ending.plan, ending.tally
    return Files(
        planned=plan.files,
        scored=tally.files - tally.failed_files,
        failed=tally.failed_files,
        untried=plan.files - tally.files,
        skipped=plan.skipped,
    )


def receipt_of(
    ending: Ending,
    output: OutputProof | None,
    warnings: Sequence[str],
    batch: BatchProof | None = None,
    left_out: LeftOut | None = None,
    partial: PartialProof | None = None,
) -> Receipt:
    """Write the receipt of an ended job; `output` is None when nothing was published.

    `batch` is the input of a job that a watch started, `partial` what one kept that did not
    complete.
    """
    spec, plan, tally = ending.spec, ending.plan, ending.tally
    files, selection = _count(ending), spec.settings.selection
    is_accounted = output is not None and files.untried == 0 and output.rows == tally.rows
    unproven = Verdict.PARTIAL if partial else Verdict.INCOMPLETE
    return Receipt(
        job=spec.name,
        status=ending.status,
        reason=ending.reason,
        verdict=_verdict(plan) if is_accounted and plan.is_confirmed else unproven,
        input_uri=spec.input.uri,
        files=files,
        mini_batches_scored=tally.minibatches,
        plan=PlanProof.of(plan),
        scored_by=ScoredBy(
            endpoint=spec.endpoint,
            deployment=spec.deployment,
            model=str(spec.resolved.model),
            fingerprint=spec.resolved.fingerprint,
        ),
        output=output,
        warnings=list(warnings),
        batch=batch,
        selection=selection if selection.given() else None,
        left_out=left_out,
        sample=_sample(plan),
        partial=partial,
    )


def _verdict(plan: Plan) -> Verdict:
    return Verdict.SAMPLE if plan.whole else Verdict.PROVEN


def _sample(plan: Plan) -> SampleProof | None:
    if plan.whole is None:
        return None
    return SampleProof(files=plan.files, of_files=plan.whole.files, of_bytes=plan.whole.bytes)
