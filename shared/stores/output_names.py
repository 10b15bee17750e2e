"""The name that a job's predictions get where those before it are taken, in the job's document."""

from shared.domain.job import Job, JobSpec
from shared.domain.message import JSON
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.job_names import name_of
from shared.stores.jobs import CONTAINER


class OutputNames:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._documents = Documents(blobs, CONTAINER)

    def take_next(self, spec: JobSpec) -> JobSpec:
        """The job under the next name of its predictions, noted before they are written.

        Who asks twice gets the same name, and one that has ended keeps its own.
        """

        def change(body: JSON) -> JSON:
            job = Job.from_wire(body)
            output = job.spec.output
            if job.state.status.is_terminal or output.version > spec.output.version:
                return body
            renamed = job.spec.model_copy(update={"output": output.next_version()})
            return job.model_copy(update={"spec": renamed}).to_wire()

        return Job.from_wire(self._documents.update(name_of(spec.name), change)).spec
