"""Preview a file of predictions: its first rows as a table, from the first bytes of it."""

from contextlib import suppress
from dataclasses import dataclass, replace

from shared.application.find_job_files import FindJobFiles
from shared.domain.deployment import OutputAction
from shared.domain.errors import NotFound
from shared.domain.job import Job
from shared.domain.job_files import JobOutputKind, OutputFile
from shared.domain.table_preview import PARQUET, TablePreview, preview
from shared.domain.unpacking import unpacked
from shared.ports import Blobs
from shared.stores.jobs import CONTAINER
from shared.stores.results import part_name

# Bytes that are read, at first and at the most: rows may be long.
FIRST_BYTES, MOST_BYTES = 64 << 10, 1 << 20
# Of a job: those before the first rows.
MOST_SHARDS = 10
ROWS, IMAGES = ("row", "prediction", "file"), ("prediction", "file")
SUMMARY = ("mini_batch", "files", "failed_files")


@dataclass(frozen=True)
class Previewed:
    """`is_all`: the table has all rows of the file."""

    file: OutputFile
    table: TablePreview
    is_all: bool


@dataclass(frozen=True)
class PreviewOutput:
    files: FindJobFiles
    blobs: Blobs

    def __call__(self, job: Job, path: str, rows: int) -> Previewed:
        """Of the predictions file, or of the file of that path beside it; of several the first.

        Raises NotFound and, while the job has not ended, Conflict.
        """
        file, options = self._find(job, path), job.spec.settings.output
        is_own = file.is_of_rows or (options.is_single and path in {"", file.name})
        if is_own and options.is_typed and options.is_single:
            return self._of_rows(job, file, rows)
        known = _columns(job) if is_own else ()
        for length in (FIRST_BYTES, MOST_BYTES):
            place = file.location
            data = self.blobs.read_range(place.container, place.path, 0, length)
            is_whole = len(data) >= file.size
            if is_own and options.is_packed:
                data, is_whole = unpacked(data, MOST_BYTES, is_whole=is_whole)
            has_header = is_own and options.has_header
            table = preview(
                data, is_whole=is_whole, most=rows + 1, known=known, has_header=has_header
            )
            if is_whole or len(table.rows) > rows or not table.columns:
                break
        is_all = is_whole and len(table.rows) <= rows
        del table.rows[rows:]
        return Previewed(file, table, is_all)

    def _of_rows(self, job: Job, file: OutputFile, rows: int) -> Previewed:
        """Of the rows that the file was made of, while housekeeping leaves them."""
        table = TablePreview(PARQUET)
        for shard in range(min(job.state.plan.shards, MOST_SHARDS) if job.state.plan else 0):
            with suppress(NotFound):
                data = self.blobs.read_range(
                    CONTAINER, part_name(job.spec.name, shard), 0, MOST_BYTES
                )
                table = preview(data, is_whole=len(data) < MOST_BYTES, most=rows + 1)
            if table.rows:
                break
        is_all = len(table.rows) == job.state.tally.rows
        del table.rows[rows:]
        return Previewed(file, replace(table, format=PARQUET), is_all)

    def _find(self, job: Job, path: str) -> OutputFile:
        main = self.files.one(job, JobOutputKind.PREDICTIONS)
        if path == main.name or (not path and job.spec.settings.output.is_single):
            return main
        for file in self.files.list_all(job):
            if file.output is JobOutputKind.PREDICTIONS and (
                file.path == path if path else file.is_of_rows
            ):
                return file
        if not path:
            return main
        raise NotFound(
            f"Job '{job.spec.name}' published no file '{path[:200]}'.",
            fix="Use a path that its outputs list.",
            target="path",
        )


def _columns(job: Job) -> tuple[tuple[str, ...], ...]:
    """What a predictions file without a header may hold; what scripts write nobody knows."""
    if job.spec.settings.output.is_named:
        return ()
    if job.spec.settings.output_action is OutputAction.SUMMARY_ONLY:
        return (SUMMARY,)
    return () if job.spec.resolved.script else (ROWS, IMAGES)
