"""Job documents: `<job>/job.json`, and the key that makes a repeated request the same job."""

import hashlib
from functools import lru_cache

from shared.domain.errors import Conflict, NotFound
from shared.domain.job import Job, JobSpec, JobState
from shared.domain.message import Message
from shared.ports import Blobs
from shared.stores.documents import Documents

CONTAINER = "batch-jobs"
# Job specs never change; a worker serves a handful of jobs at a time.
SPECS_KEPT = 64


class Submission(Message):
    """Which job a client's request id stands for, and the digest of what it asked."""

    job: str
    digest: str


class Jobs:
    """Thread-safe. A job's name is unique in the workspace."""

    def __init__(self, blobs: Blobs) -> None:
        self._documents = Documents(blobs, CONTAINER)
        self.spec = lru_cache(SPECS_KEPT)(self._spec)

    def claim(self, endpoint: str, request_id: str, submission: Submission) -> Submission:
        """Bind a request id to a job, or return what it is bound to already."""
        key = hashlib.sha256(f"{endpoint}\n{request_id}".encode()).hexdigest()
        name = f"_requests/{key}.json"
        try:
            self._documents.create(name, submission.to_wire())
        except Conflict:
            return self._claimed(name, submission)
        return submission

    def _claimed(self, name: str, submission: Submission) -> Submission:
        """Who has the request id; a different request takes it over if the first made no job."""
        document = self._documents.read(name)
        first = Submission.from_wire(document.body)
        if first.digest == submission.digest or self.find(first.job) is not None:
            return first
        self._documents.replace(name, submission.to_wire(), if_match=document.etag)
        return submission

    def create(self, spec: JobSpec) -> Job:
        """Raises Conflict when a job has that name."""
        job = Job(spec=spec)
        try:
            self._documents.create(_name(spec.name), job.to_wire())
        except Conflict:
            raise _taken(spec.name) from None
        return job

    def check_free(self, name: str) -> None:
        """Raise Conflict when a job has that name."""
        if self.find(name) is not None:
            raise _taken(name)

    def restore(self, spec: JobSpec) -> None:
        """Write the document again if the store lost it."""
        try:
            self._documents.create(_name(spec.name), Job(spec=spec).to_wire())
        except Conflict:
            return

    def get(self, name: str) -> Job:
        """Raises NotFound."""
        job = self.find(name)
        if job is None:
            raise NotFound(
                f"There is no job '{name}'.", fix="Use the name that invoke returned.", target=name
            )
        return job

    def find(self, name: str) -> Job | None:
        document = self._documents.find(_name(name))
        return Job.from_wire(document.body) if document else None

    def discard(self, name: str) -> None:
        """Take back a document whose job was never started."""
        self._documents.delete(_name(name))

    def of_request(self, name: str, request_id: str) -> Job | None:
        """The job of that name, if that request made it."""
        job = self.find(name)
        return job if job and job.spec.request_id == request_id else None

    def advance(self, spec: JobSpec, state: JobState) -> JobState:
        """Record how far a job came; an older or a finished state is never overwritten by it."""
        try:
            return self._advance(spec.name, state)
        except NotFound:
            self.restore(spec)
            return self._advance(spec.name, state)

    def _advance(self, name: str, state: JobState) -> JobState:
        changed = self._documents.update(
            _name(name), lambda body: _followed(Job.from_wire(body), state).to_wire()
        )
        return Job.from_wire(changed).state

    def _spec(self, name: str) -> JobSpec:
        return self.get(name).spec


def _taken(name: str) -> Conflict:
    return Conflict(
        f"A job named '{name}' exists.",
        fix="Choose another name, or leave it out to have one made.",
        target="name",
    )


def _followed(job: Job, state: JobState) -> Job:
    return job.model_copy(update={"state": job.state.followed_by(state)})


def _name(job: str) -> str:
    return f"{job}/job.json"
