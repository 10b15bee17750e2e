"""Job documents: `<job>/job.json`, and the key that makes a repeated request the same job."""

import hashlib
import time
from collections.abc import Callable
from itertools import islice

from shared.domain.errors import Conflict, NotFound
from shared.domain.job import Change, Job, JobSpec, JobState, Labels
from shared.domain.message import Message
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.job_index import JobIndex, is_entry, name_in
from shared.stores.recent import Recent

CONTAINER = "batch-jobs"
# Job specs never change; a worker serves a handful of jobs at a time.
SPECS_KEPT = 64
# Another process may have ended the job meanwhile.
LOOK_AGAIN_S = 60.0
# A page whose filter finds little is cut short, after so many documents: its client asks on.
MOST_READ = 500


class Submission(Message):
    """Which job a client's request id stands for, and the digest of what it asked."""

    job: str
    digest: str


class Jobs:
    """Thread-safe. A job's name is unique in the workspace."""

    def __init__(self, blobs: Blobs, clock: Callable[[], float] = time.monotonic) -> None:
        self._documents = Documents(blobs, CONTAINER)
        self._index = JobIndex(blobs)
        self._clock = clock
        self._under_way = Recent[str, tuple[JobSpec, float]](SPECS_KEPT)

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
        self._index.add(spec)
        try:
            self._documents.create(_name(spec.name), job.to_wire())
        except Conflict:
            raise _taken(spec.name) from None
        return self._noted(job)

    def check_free(self, name: str) -> None:
        """Raise Conflict when a job has that name."""
        if self.find(name) is not None:
            raise _taken(name)

    def spec(self, name: str) -> JobSpec:
        """What a job under way was asked for; raises NotFound, for one that has ended too."""
        kept = self._under_way.get(name)
        if kept and self._clock() - kept[1] < LOOK_AGAIN_S:
            return kept[0]
        job = self.current(name)
        if job is None or job.state.status.is_terminal:
            raise NotFound(f"No job '{name}' is under way.", fix="Invoke the endpoint.")
        return job.spec

    def current(self, name: str) -> Job | None:
        """The job; its document is written again if the store lost it and it is known here."""
        job, kept = self.find(name), self._under_way.get(name)
        if job is None and kept:
            self.restore(kept[0])
            job = self.find(name)
        return self._noted(job) if job else None

    def forget(self) -> None:
        """Ask the store again for every job."""
        self._under_way.clear()

    def _noted(self, job: Job) -> Job:
        """The job; what was asked is kept at hand while it is under way."""
        if job.state.status.is_terminal:
            self._under_way.drop(job.spec.name)
        else:
            self._under_way.put(job.spec.name, (job.spec, self._clock()))
        return job

    def restore(self, spec: JobSpec) -> None:
        """Write the document again if the store lost it."""
        self._index.add(spec)
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

    def of_run(self, run: str) -> Job | None:
        """The job of that name, or the one whose scoring step has that run id."""
        job = self.find(run)
        if job is None and (name := self._index.job_of(run)):
            job = self.find(name)
            return job if job and job.spec.child == run.lower() else None
        return job

    def page(
        self, folder: str, *, after: str, size: int, is_wanted: Callable[[Job], bool]
    ) -> tuple[list[Job], str]:
        """Jobs of a folder of the index, newest first, and the key after which more follow.

        That key is empty at the end. A page may be short: a filter that finds little is cut off.
        Raises InvalidRequest when `after` is no key.
        """
        keys = self._index.keys(folder, after, size + 1)
        found, last, read = list[Job](), "", 0
        while len(found) < size and read < MOST_READ:
            chunk = list(islice(keys, size - len(found)))
            if not chunk:
                return found, ""
            found += [job for job in self._of_keys(folder, chunk) if is_wanted(job)]
            last, read = chunk[-1], read + len(chunk)
        return found, last if next(keys, None) is not None else ""

    def _of_keys(self, folder: str, keys: list[str]) -> list[Job]:
        documents = self._documents.find_all(_name(name_in(key)) for key in keys)
        jobs = [Job.from_wire(document.body) if document else None for document in documents]
        pairs = zip(keys, jobs, strict=True)
        return [job for key, job in pairs if job and is_entry(folder, key, job.spec)]

    def discard(self, name: str) -> None:
        """Take back a document whose job was never started."""
        self._under_way.drop(name)
        self._documents.delete(_name(name))

    def of_request(self, name: str, request_id: str) -> Job | None:
        """The job of that name, if that request made it."""
        job = self.find(name)
        return job if job and job.spec.request_id == request_id else None

    def advance(self, spec: JobSpec, state: JobState) -> JobState:
        """Record how far a job came; an older or a finished state is never overwritten by it."""
        return self.go_on(spec, lambda _: state)

    def go_on(self, spec: JobSpec, reached: Callable[[JobState], JobState]) -> JobState:
        """Record how far a job came, where that depends on how far it was."""
        try:
            return self._go_on(spec.name, reached)
        except NotFound:
            self.restore(spec)
            return self._go_on(spec.name, reached)

    def request_cancel(self, name: str, request: Change) -> Job:
        """Note who asked first that the job be canceled; one that has ended stays as it is."""

        def asked(job: Job) -> Job:
            is_over = job.state.status.is_terminal or job.cancel is not None
            return job if is_over else job.model_copy(update={"cancel": request})

        return self._change(name, asked)

    def label(self, name: str, change: Callable[[Labels], Labels]) -> Job:
        """Change what people put on a job; raises NotFound."""
        return self._change(name, lambda job: job.model_copy(update={"labels": change(job.labels)}))

    def _change(self, name: str, change: Callable[[Job], Job]) -> Job:
        changed = self._documents.update(
            _name(name), lambda body: change(Job.from_wire(body)).to_wire()
        )
        return Job.from_wire(changed)

    def _go_on(self, name: str, reached: Callable[[JobState], JobState]) -> JobState:
        return self._noted(self._change(name, lambda job: _followed(job, reached(job.state)))).state


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
