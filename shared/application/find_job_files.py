"""Find the files that a job left: one output, or all of them; and who may fetch them for a while.

1. A job that has not ended has none yet.
2. Receipt and errors are there once they are written, whatever the job came to; predictions are
   those of a job that completed, partial rows those of one that did not, and kept some.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.errors import Conflict, InvalidRequest, NotFound
from shared.domain.job import Job, JobStatus
from shared.domain.job_files import JobOutputKind, OutputFile
from shared.domain.resolved_deployment import Location
from shared.ports import Signer
from shared.stores.datastores import Datastores
from shared.stores.job_files import JobFiles

# Who downloads for longer asks again; what has begun goes on.
LINK_LIFETIME = timedelta(hours=1)
# Of these the job's document says whether they are there.
ROWS = {JobOutputKind.PREDICTIONS, JobOutputKind.PARTIAL}


@dataclass(frozen=True)
class FindJobFiles:
    files: JobFiles
    datastores: Datastores
    signer: Signer

    def one(self, job: Job, name: str) -> OutputFile:
        """Raises NotFound and, while the job has not ended, Conflict."""
        kind = _kind(name)
        _check_ended(job)
        found = self.files.find(job.spec, kind) if _may_have(job, kind) else None
        if found is None:
            raise self._missing(job, kind)
        return found

    def list_all(self, job: Job) -> Iterator[OutputFile]:
        """Raises Conflict while the job has not ended."""
        _check_ended(job)
        return self.files.list_all(job.spec)

    def read(self, file: OutputFile) -> bytes:
        """Raises NotFound."""
        return self.files.read(file)

    def link(self, location: Location) -> str:
        """A URL that reads this one blob, for a while: a secret, to be handed out and never kept.

        Raises ServiceUnavailable when nothing can be signed.
        """
        sas = self.signer.blob_sas(location.container, location.path, LINK_LIFETIME)
        return f"{self.datastores.url_of(location)}?{sas}"

    def link_if_any(self, location: Location) -> str | None:
        """None where the service can open the file, and nobody else: it is reached by a SAS."""
        try:
            return self.link(location)
        except InvalidRequest:
            return None

    def link_known(self, job: Job) -> dict[JobOutputKind, str]:
        """A link to each output that the job's own document says is there."""
        state = job.state
        links = {
            kind: self.link_if_any(self.files.locate(job.spec, kind))
            for kind in JobOutputKind
            if (_may_have(job, kind) if kind in ROWS else state.is_reported)
        }
        return {kind: link for kind, link in links.items() if link}

    def _missing(self, job: Job, kind: JobOutputKind) -> NotFound:
        there = [
            one for one in JobOutputKind if _may_have(job, one) and self.files.find(job.spec, one)
        ]
        if kind is JobOutputKind.PREDICTIONS and _may_have(job, kind):
            problem = (
                f"The predictions of job '{job.spec.name}' are gone from '{job.spec.output.uri}'."
            )
        else:
            what = "partial rows" if kind is JobOutputKind.PARTIAL else kind
            problem = f"Job '{job.spec.name}' is {job.status}, and has no {what}."
        return NotFound(problem, fix=f"It has: {', '.join(there) or 'none'}.", target="output")


def _kind(name: str) -> JobOutputKind:
    try:
        return JobOutputKind(name.lower())
    except ValueError:
        raise NotFound(
            f"A job has no output '{name[:100]}'.",
            fix=f"Use one of: {', '.join(JobOutputKind)}.",
            target="output",
        ) from None


def _may_have(job: Job, kind: JobOutputKind) -> bool:
    if kind is JobOutputKind.PARTIAL:
        return job.state.partial is not None
    return kind is not JobOutputKind.PREDICTIONS or job.state.status is JobStatus.COMPLETED


def _check_ended(job: Job) -> None:
    if not job.state.status.is_terminal:
        raise Conflict(
            f"Job '{job.spec.name}' is {job.status}, and its outputs are written when it ends.",
            fix="Follow it until it has ended, then ask again.",
            target="job",
        )
