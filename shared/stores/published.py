"""What of a job's predictions was published, and how it is known as the job's own."""

from shared.domain.errors import NotFound
from shared.domain.job import JobSpec
from shared.domain.message import Message
from shared.domain.receipt import PublishedFile
from shared.domain.resolved_deployment import Location
from shared.ports import Blobs

OWNER, SHA256, ROWS = "batch_job", "sha256", "rows"


class Published(Message):
    """The predictions file as it was committed; of several `files` their list, written last."""

    bytes: int
    rows: int
    sha256: str
    files: tuple[PublishedFile, ...] = ()

    def metadata(self, spec: JobSpec) -> dict[str, str]:
        """By this a later run of the step knows its own file."""
        return {OWNER: spec.name, SHA256: self.sha256, ROWS: str(self.rows)}


def find_own(blobs: Blobs, spec: JobSpec, location: Location) -> Published | None:
    """What this job published there already, if it did."""
    try:
        blob = blobs.head(location.container, location.path)
    except NotFound:
        return None
    if blob.metadata.get(OWNER) != spec.name or ROWS not in blob.metadata:
        return None  # somebody else's, or what its script wrote beside its rows
    return Published(bytes=blob.size, rows=int(blob.metadata[ROWS]), sha256=blob.metadata[SHA256])
