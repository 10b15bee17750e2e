"""Explain a job's errors: by cause, with the files behind each, as far as they are recorded."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.application.inspect_job import Inspected, InspectJob
from shared.domain.cleared import check_parts_kept
from shared.domain.error_causes import OTHER, Cause, Causes
from shared.domain.errors import NotFound
from shared.domain.outcome import FileError
from shared.domain.sheet import Sheet
from shared.stores.results import Record


@dataclass(frozen=True)
class FailedFile:
    """A file that failed; `position` is its place among all of its job's errors."""

    error: FileError
    process: str
    position: tuple[int, int]


@dataclass(frozen=True)
class ExplainErrors:
    inspect: InspectJob

    def groups(self, seen: Inspected) -> list[tuple[Cause, str]]:
        """Causes, the most files first, each with the process that met it first."""
        causes, met = Causes(), dict[str, str]()
        for sheet in self.inspect.all_sheets(seen):
            causes.add_all(sheet.causes)
            for cause in sheet.causes:
                met.setdefault(cause.id, _process(sheet, cause.first))
        return [(cause, met.get(cause.id, "")) for cause in causes.largest_first]

    def files(
        self, seen: Inspected, cause: str, after: tuple[int, int] = (0, -1)
    ) -> Iterator[FailedFile]:
        """The files behind a cause, after a position.

        Raises NotFound for no cause of the job, and when what bundles recorded was removed.
        """
        check_parts_kept(seen.job.spec.name, seen.job.cleared)
        is_met = False
        for sheet in self.inspect.all_sheets(seen):
            told = {one.id for one in sheet.causes}
            is_met = is_met or cause in told
            if cause in told and sheet.shard >= after[0]:
                yield from self._files_of(seen, sheet.shard, cause, told, after)
        if not is_met:
            raise NotFound(
                f"Job '{seen.job.spec.name}' has no error cause '{cause[:100]}'.",
                fix="Use the id of one that errors/groups lists.",
                target="cause",
            )

    def _files_of(
        self, seen: Inspected, shard: int, cause: str, told: set[str], after: tuple[int, int]
    ) -> Iterator[FailedFile]:
        for place, (error, record) in enumerate(self._errors(seen, shard)):
            position = shard, place
            if position <= after:
                continue
            own = Cause.of(error).id
            if cause == (own if own in told else OTHER):
                yield FailedFile(error, record.process, position)

    def _errors(self, seen: Inspected, shard: int) -> Iterator[tuple[FileError, Record]]:
        names = seen.open_records if shard == seen.open_shard else None
        for record in self.inspect.sheets.records(seen.job.spec, shard, names):
            for error in record.errors:
                yield error, record


def _process(sheet: Sheet, minibatch: int) -> str:
    place = minibatch - sheet.first
    is_here = 0 <= place < len(sheet.scorer) and sheet.scorer[place] >= 0
    return sheet.scorers[sheet.scorer[place]] if is_here else ""
