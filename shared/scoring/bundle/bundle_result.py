"""What was scored of a bundle, as it grows mini-batch by mini-batch."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from shared.domain.minibatch import Span
from shared.domain.outcome import FailedTry, FileError, MinibatchReport
from shared.domain.value_shape import Columns, merged
from shared.scoring.scorer_spec import Scored
from shared.scoring.side_files.side_folder import SideFile

# Characters of one bundle: when everything fails, the first ones say it all.
MOST_TRACEBACKS = 256 * 1024


@dataclass
class BundleResult:
    """What was scored of a bundle: `span` is shorter than asked if it ended early."""

    span: Span
    reports: list[MinibatchReport] = field(default_factory=list[MinibatchReport])
    errors: list[FileError] = field(default_factory=list[FileError])
    tries: list[FailedTry] = field(default_factory=list[FailedTry])
    outputs: list[Path] = field(default_factory=list[Path])
    side_files: list[SideFile] = field(default_factory=list[SideFile])
    tracebacks: list[str] = field(default_factory=list[str])
    omitted: int = 0
    apart: str = ""
    rows: int = 0
    columns: tuple[str, ...] = ()
    shapes: Columns = field(default_factory=dict)
    seconds: float = 0.0

    def take(self, report: MinibatchReport, errors: list[FileError], parts: list[Scored]) -> None:
        self.span = self.span.model_copy(update={"stop": report.index + 1})
        self.reports.append(report)
        self.errors += errors
        self.rows += report.rows
        for scored in parts:
            self.outputs.append(scored.output)
            self.side_files += scored.side_files
            self.columns = self.columns or scored.columns
            self.apart = self.apart or scored.apart
            self.shapes = merged(self.shapes, scored.shapes)

    def note_tracebacks(self, tracebacks: Iterable[str]) -> None:
        """Keep them up to a bound, and count the others."""
        for text in tracebacks:
            if sum(map(len, self.tracebacks)) < MOST_TRACEBACKS:
                self.tracebacks.append(text)
            else:
                self.omitted += 1
