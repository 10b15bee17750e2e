"""Locate a job's output: the file that it will write, which must not exist yet."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.errors import Conflict, InvalidRequest, NotFound, allowed_for
from shared.domain.job_output import JobOutput
from shared.domain.output_folder import marker_of
from shared.domain.output_options import IfExists
from shared.domain.reference import parse_datastore_path
from shared.domain.resolved_deployment import Location
from shared.domain.template import fill_known, refuse_unknown
from shared.ports import Blobs
from shared.schemas.invocation import Invocation
from shared.stores.datastores import Datastores


@dataclass(frozen=True)
class LocateOutput:
    blobs: Blobs
    datastores: Datastores

    def __call__(self, invocation: Invocation, child: str, values: Mapping[str, str]) -> JobOutput:
        """Raises Conflict when the output file exists, NotFound when its container does not.

        `values` fill the places of its name. One that may be given another name may exist.
        """
        target = invocation.output_field
        name = invocation.settings.file_name
        default = (
            f"azureml://datastores/{self.datastores.default}/paths/azureml/{child}/score/{name}"
        )
        if invocation.output_uri:
            refuse_unknown(invocation.output_uri, values, target=target)
        uri = fill_known(invocation.output_uri or default, values)
        path = parse_datastore_path(uri, target=target)
        container = self.datastores.container(path.datastore, target=target)
        self._check_written(path.datastore, target)
        is_folder = not invocation.settings.output.is_single
        if not path.path or (path.path.endswith("/") and not is_folder):
            raise InvalidRequest(
                f"'{uri}' names a folder, not a file.",
                fix=f"Name the file to write, such as {uri.rstrip('/')}/{name or 'predictions'}.",
                target=target,
            )
        location = Location(
            container=container, path=marker_of(path.path) if is_folder else path.path
        )
        uri = f"{uri.rstrip('/')}/" if is_folder else uri
        output = JobOutput(name=invocation.output_name, uri=uri, location=location)
        with allowed_for(target):
            if invocation.settings.output.if_exists is IfExists.FAIL:
                self._check_free(output, target)
            self._check_container(location, uri, target)
        return output

    def _check_written(self, datastore: str, target: str) -> None:
        if self.datastores.get(datastore, target=target).resource.kind.is_bucket:
            raise InvalidRequest(
                f"The datastore '{datastore}' is a bucket of another cloud, which is only read.",
                fix="Write to a datastore in Azure Storage.",
                target=target,
            )

    def _check_free(self, output: JobOutput, target: str) -> None:
        location, uri = output.location, output.uri
        if output.folder:
            first = self.blobs.list_names(location.container, f"{output.folder}/", at_once=1)
            if (there := next(iter(first), None)) is None:
                return
            raise Conflict(
                f"The output folder '{uri}' has files already, such as '{there}', and predictions "
                "of several files want one of their own.",
                fix="Choose another output path, or delete the folder first.",
                target=target,
            )
        if self.blobs.exists(location.container, location.path):
            raise Conflict(
                f"The output file '{uri}' exists, and is never overwritten or appended to.",
                fix="Choose another output path or file name, or delete the file first.",
                target=target,
            )

    def _check_container(self, location: Location, uri: str, target: str) -> None:
        if not self.blobs.container_exists(location.container):
            raise NotFound(
                f"The output '{uri}' is in a datastore whose container '{location.container}' does "
                "not exist.",
                fix="Create the container first, or choose another datastore.",
                target=target,
            )
