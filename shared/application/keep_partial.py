"""Keep the rows of a job that failed or was canceled, and say what is missing.

What cannot be kept does not change how the job ended: it is a warning, in words.
"""

from dataclasses import dataclass
from typing import Self

from shared.domain.errors import AccountRefuses, BatchError, Conflict, InvalidRequest, NotFound
from shared.domain.job import Ending, JobSpec, JobStatus
from shared.domain.partial_rows import MOST_LISTED, KeptRows, Missing, PartialProof, gaps
from shared.domain.receipt import Receipt
from shared.ports import Blobs
from shared.stores.partial_results import FinishedShards, PartialResults, files_of, first_names
from shared.stores.plans import Plans
from shared.stores.predictions import Predictions
from shared.stores.results import Results

REFUSED = (Conflict, InvalidRequest, NotFound, AccountRefuses)


@dataclass(frozen=True)
class KeptPartial:
    """What was kept, and the proof of it; or why not, if there was something to keep."""

    rows: KeptRows | None = None
    proof: PartialProof | None = None
    refusal: str = ""


@dataclass(frozen=True)
class KeepPartial:
    partial: PartialResults
    plans: Plans

    @classmethod
    def over(cls, blobs: Blobs, predictions: Predictions, results: Results, plans: Plans) -> Self:
        return cls(PartialResults(blobs, predictions, results), plans)

    def __call__(self, ending: Ending) -> KeptPartial:
        spec = ending.spec
        if ending.status is JobStatus.COMPLETED or not spec.settings.output.keeps_partial:
            return KeptPartial()
        try:
            kept = self.partial.keep(spec, ending.closed_shards)
        except REFUSED as refused:
            return KeptPartial(refusal=_words(refused))
        if kept is None:
            return KeptPartial()
        rows, finished = kept
        missing = self._missing(ending, finished)
        return KeptPartial(rows, PartialProof(**rows.model_dump(), missing=missing))

    def write_receipt(self, spec: JobSpec, receipt: Receipt) -> None:
        """Beside the rows, where some were kept."""
        if receipt.partial is not None:
            self.partial.write_receipt(spec, receipt)

    def _missing(self, ending: Ending, finished: FinishedShards) -> Missing:
        plan = ending.plan
        spans = list(gaps(finished.spans, plan.minibatches))
        files = files_of(self.plans, ending.spec.name, plan.key, spans)
        return Missing(
            mini_batches=spans,
            files=plan.files - finished.files,
            first_files=first_names(files, MOST_LISTED),
        )


def _words(refused: BatchError) -> str:
    return f"{refused.problem} {refused.fix}"
