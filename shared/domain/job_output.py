"""Where a job's predictions go: a file, or the next one that is free."""

from typing import Self

from shared.domain.message import Message
from shared.domain.output_folder import marker_of, without_marker
from shared.domain.output_places import numbered
from shared.domain.resolved_deployment import Location


class JobOutput(Message):
    """The predictions file: as it was named, and where it will lie.

    Of several files `uri` is their folder, and `location` the marker in it that is written last.
    `version` counts the names that it had: of one that may not be overwritten, the next free one.
    """

    name: str
    uri: str
    location: Location
    version: int = 1

    @property
    def folder(self) -> str:
        """Of predictions that are several files; empty where they are one."""
        return without_marker(self.location.path) if self.uri.endswith("/") else ""

    def next_version(self) -> Self:
        """The same under the next name."""
        before, version = self.version, self.version + 1
        path, folder = self.location.path, self.folder
        if folder:
            renamed = numbered(folder, before, version)
            path, uri = marker_of(renamed), f"{numbered(self.uri[:-1], before, version)}/"
        else:
            path, uri = numbered(path, before, version), numbered(self.uri, before, version)
        location = self.location.model_copy(update={"path": path})
        return self.model_copy(update={"uri": uri, "location": location, "version": version})
