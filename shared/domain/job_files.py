"""The files that a job leaves: its predictions, or the rows that it had; receipt and errors."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.resolved_deployment import Location


class JobOutputKind(StrEnum):
    """By the names under which they are asked for."""

    PREDICTIONS = "predictions"
    RECEIPT = "receipt"
    ERRORS = "errors"
    PARTIAL = "partial"


MEDIA_TYPES = {
    JobOutputKind.PREDICTIONS: "text/csv; charset=utf-8",
    JobOutputKind.RECEIPT: "application/json",
    JobOutputKind.ERRORS: "application/x-ndjson",
    JobOutputKind.PARTIAL: "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)  # there may be 100,000
class OutputFile:
    """One file of an output; `path` is inside the output's folder, `sha256` empty if unknown.

    `is_of_rows`: it is one of several files that hold the predictions.
    """

    output: JobOutputKind
    path: str
    location: Location
    size: int
    sha256: str = ""
    is_of_rows: bool = False

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]
