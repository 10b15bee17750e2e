"""Choose a job's input: where it lies, and which of its files count."""

from dataclasses import dataclass

from shared.domain.asset import DataType
from shared.domain.errors import InvalidRequest
from shared.domain.job import JobInput
from shared.domain.reference import unsigned
from shared.domain.resolved_deployment import Location
from shared.domain.selection import WHOLE_FOLDER, Selection
from shared.schemas.invocation import Invocation
from shared.stores.earlier_files import completed_job
from shared.stores.input_listing import Inputs
from shared.stores.jobs import Jobs


@dataclass(frozen=True)
class ChooseInput:
    inputs: Inputs
    jobs: Jobs

    def __call__(
        self, invocation: Invocation, batch: Location | None
    ) -> tuple[JobInput, Selection]:
        """The input and what counts of it. `batch` lists the uploads of a watch: all of them do.

        Raises InvalidRequest or NotFound when there is no input file to score.
        """
        target, selection = invocation.input_field, invocation.settings.selection
        location, registered_type = self.inputs.resolve(invocation.input_uri, target=target)
        kind = registered_type or invocation.input_type
        if batch is not None:
            selection = WHOLE_FOLDER
        else:
            kind, selection = self._check(invocation, location, kind, selection)
        source = JobInput(
            name=invocation.input_name,
            type=kind,
            uri=unsigned(invocation.input_uri),
            location=location,
            manifest=batch,
        )
        return source, selection

    def _check(
        self, invocation: Invocation, location: Location, kind: DataType, selection: Selection
    ) -> tuple[DataType, Selection]:
        """What is there, and what of the selection is about that: a single file is one anyway."""
        target = invocation.input_field
        if selection.manifest:
            return self._check_manifest(location, target), selection
        if selection.earlier_job:
            completed_job(self.jobs, selection.earlier_job, target=target)
        kind = self.inputs.check(location, kind, target=target, selection=selection)
        if kind is DataType.URI_FOLDER or selection.is_default:
            return kind, selection
        if invocation.chooses:
            raise InvalidRequest(
                f"'{location}' is a single file, and {', '.join(selection.given())} would choose "
                "from a folder.",
                fix="Name the folder, or leave that out.",
                target=target,
            )
        return kind, WHOLE_FOLDER

    def _check_manifest(self, location: Location, target: str) -> DataType:
        if self.inputs.check(location, DataType.URI_FILE, target=target) is DataType.URI_FOLDER:
            raise InvalidRequest(
                f"'{location}' is a folder, and a manifest is a file that lists inputs.",
                fix="Name the file, or leave out manifest.",
                target=target,
            )
        return DataType.URI_FILE
