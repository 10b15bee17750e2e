"""The job of a batch of uploads: started under a name that follows from watch and number."""

from dataclasses import dataclass

from shared.application.start_job import start_job
from shared.application.submit_job import JobRequest, SubmitJob
from shared.domain.caller import Author, CallerType
from shared.domain.errors import Conflict
from shared.domain.job import Job, JobStatus
from shared.domain.message import JSON
from shared.domain.reference import DatastorePath
from shared.domain.upload_batch import Accepted, UploadBatch
from shared.domain.watch import Watch
from shared.ports import Orchestrations
from shared.stores.jobs import Jobs
from shared.stores.upload_records import UploadRecords

# Batches of nothing but outputs that a look at the last job passes over.
MOST_WITHOUT_JOB = 20
INPUT, OUTPUT = "uploads", "score"


@dataclass(frozen=True)
class BatchJobs:
    jobs: Jobs
    records: UploadRecords
    submit_job: SubmitJob

    def check_ready(self, watch: Watch) -> None:
        """Raise NotFound, InvalidRequest or Conflict while no deployment can score."""
        self.submit_job.choose_deployment(watch.endpoint, watch.deployment)

    def unstarted(self, watch: Watch, accepted: Accepted) -> UploadBatch | None:
        """The last batch, unless its job is known to run; all before it have theirs."""
        last = accepted.number - 1
        if last < 0:
            return None
        job = self.jobs.find(watch.task.job_name(last))
        is_own = job is not None and self._scores(job, watch, last)
        if job is not None and is_own and job.state.status is not JobStatus.NOT_STARTED:
            return None
        batch = self.records.find(watch.task, last)
        return batch if batch and batch.files else None

    def last(self, watch: Watch, accepted: Accepted) -> str | None:
        """The last job that there is. Batches of outputs have none, and refused ones none yet."""
        numbers = range(accepted.number - 1, max(accepted.number - 1 - MOST_WITHOUT_JOB, -1), -1)
        for number in numbers:
            job = self.jobs.find(watch.task.job_name(number))
            if job is not None and self._scores(job, watch, number):
                return job.spec.name
        return None

    def start(self, watch: Watch, batch: UploadBatch, orchestrations: Orchestrations) -> None:
        """Start the job of a batch that was accepted, once. Raises what refuses it."""
        if not batch.files:
            return
        name = watch.task.job_name(batch.number)
        job = self.jobs.find(name)
        if job is not None:
            self._check_own(job, watch, batch)
            start_job(job, self.jobs, orchestrations)
            return
        request = JobRequest(
            endpoint=watch.endpoint,
            deployment=watch.deployment,
            request_id=name,
            content=name.encode(),
            by=Author(name=f"watch {watch.name}", type=CallerType.APPLICATION),
            body=invocation_body(watch, batch),
            manifest=self.records.location(watch.task, batch.number),
        )
        self.submit_job(request, orchestrations)

    def _check_own(self, job: Job, watch: Watch, batch: UploadBatch) -> None:
        """Raise Conflict for a job that somebody else gave the batch's name."""
        if not self._scores(job, watch, batch.number):
            raise Conflict(
                f"The name '{job.spec.name}' of the next job is taken by another job.",
                fix="Delete the watch and create it again: its jobs have other names then.",
                target="name",
            )

    def _scores(self, job: Job, watch: Watch, number: int) -> bool:
        return job.spec.input.manifest == self.records.location(watch.task, number)


def invocation_body(watch: Watch, batch: UploadBatch) -> JSON:
    """What a client would send to invoke the endpoint with the watch's overrides."""
    source, output = watch.source, watch.output_of(batch.number, batch.accepted_at)
    folder = DatastorePath(datastore=source.datastore, path=source.folder)
    own = {
        "name": watch.task.job_name(batch.number),
        "inputData": {INPUT: {"jobInputType": "UriFolder", "uri": str(folder)}},
        "outputData": {OUTPUT: {"jobOutputType": "UriFile", "uri": output}} if output else {},
    }
    return {"properties": {**watch.overrides, **own}}
