"""Where a job's predictions go: a file, or the next one that is free."""

from typing import Self

from shared.domain.message import Message
from shared.domain.output_places import numbered
from shared.domain.resolved_deployment import Location


class JobOutput(Message):
    """The predictions file: as it was named, and where it will lie.

    `version` counts the names that it had: of one that may not be overwritten, the next free one.
    """

    name: str
    uri: str
    location: Location
    version: int = 1

    def next_version(self) -> Self:
        """The same under the next name."""
        before, version = self.version, self.version + 1
        location = self.location.model_copy(
            update={"path": numbered(self.location.path, before, version)}
        )
        uri = numbered(self.uri, before, version)
        return self.model_copy(update={"uri": uri, "location": location, "version": version})
