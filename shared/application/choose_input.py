"""Choose a job's input: where it lies, and which of its files count."""

from dataclasses import dataclass

from shared.domain.asset import DataType
from shared.domain.errors import InvalidRequest
from shared.domain.job import JobInput
from shared.domain.reference import unsigned
from shared.domain.resolved_deployment import Location
from shared.domain.selection import Selection
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
        selection, source = invocation.settings.selection, find_input(self.inputs, invocation)
        if batch is not None:
            return source.model_copy(update={"manifest": batch}), selection.unchosen()
        kind, selection = self._check(invocation, source.location, source.type, selection)
        return source.model_copy(update={"type": kind}), selection

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
                f"'{location}' is a single file, and {', '.join(selection.chosen())} would choose "
                "from a folder.",
                fix="Name the folder, or leave that out.",
                target=target,
            )
        return kind, selection.unchosen()

    def _check_manifest(self, location: Location, target: str) -> DataType:
        if self.inputs.check(location, DataType.URI_FILE, target=target) is DataType.URI_FOLDER:
            raise InvalidRequest(
                f"'{location}' is a folder, and a manifest is a file that lists inputs.",
                fix="Name the file, or leave out manifest.",
                target=target,
            )
        return DataType.URI_FILE


def find_input(inputs: Inputs, invocation: Invocation) -> JobInput:
    """Where the input lies, and its type as it is said: nobody has looked whether it is there."""
    location, registered = inputs.resolve(invocation.input_uri, target=invocation.input_field)
    return JobInput(
        name=invocation.input_name,
        type=registered or invocation.input_type,
        uri=unsigned(invocation.input_uri),
        location=location,
    )
