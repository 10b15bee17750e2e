"""Job documents: `<job>/job.json`, and the key that makes a repeated request the same job."""

import time
from collections.abc import Callable, Iterator
from itertools import batched, islice

from shared.domain.cleared import check_job_kept
from shared.domain.errors import Conflict, NotFound
from shared.domain.job import Change, Job, JobSpec, JobState, Labels
from shared.domain.message import JSON, Message
from shared.ports import Blobs
from shared.stores.documents import Documents
from shared.stores.job_index import JobIndex, is_entry, key_of, name_in, of_deployment
from shared.stores.job_names import claim_name, name_of, name_taken
from shared.stores.recent import Recent

CONTAINER = "batch-jobs"
# Job specs never change; a worker serves a handful of jobs at a time.
SPECS_CACHED = 64
# Another process may have ended the job meanwhile.
LOOK_AGAIN_S = 60.0
# A page whose filter finds little is cut short, after so many documents: its client asks on.
MOST_READ = 500
# Documents at once, where the first ones are most likely enough.
FEW = 4
# The same for one that looks at names only: a few listings of the store.
MOST_LOOKED_AT = 20_000


class Submission(Message):
    """Which job a client's request id stands for, and the digest of what it asked."""

    job: str
    digest: str


class Jobs:
    """Thread-safe. A job's name is unique in the workspace.

    `note_progress` is told once of each state that is recorded: the document before and after.
    """

    def __init__(
        self,
        blobs: Blobs,
        clock: Callable[[], float] = time.monotonic,
        note_progress: Callable[[Job, Job], None] = lambda _before, _after: None,
    ) -> None:
        self._note_progress = note_progress
        self._documents = Documents(blobs, CONTAINER)
        self._index = JobIndex(blobs)
        self._clock = clock
        self._under_way = Recent[str, tuple[JobSpec, float]](SPECS_CACHED)

    def claim(self, endpoint: str, request_id: str, submission: Submission) -> Submission:
        """Bind a request id to a job, or return what it is bound to already."""
        name = claim_name(endpoint, request_id)
        try:
            self._documents.create(name, submission.to_wire())
        except Conflict:
            return self._take_over_claim(name, submission)
        return submission

    def _take_over_claim(self, name: str, submission: Submission) -> Submission:
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
            self._documents.create(name_of(spec.name), job.to_wire())
        except Conflict:
            raise name_taken(spec.name) from None
        return self._remember(job)

    def check_free(self, name: str) -> None:
        """Raise Conflict when a job has that name, or is being removed."""
        if self.look_up(name) is not None:
            raise name_taken(name)

    def spec(self, name: str) -> JobSpec:
        """What a job under way was asked for; raises NotFound, for one that has ended too."""
        cached = self._under_way.get(name)
        if cached and self._clock() - cached[1] < LOOK_AGAIN_S:
            return cached[0]
        job = self.current(name)
        if job is None or job.state.status.is_terminal:
            raise NotFound(f"No job '{name}' is under way.", fix="Invoke the endpoint.")
        return job.spec

    def current(self, name: str) -> Job | None:
        """The job; its document is written again if the store lost it and it is known here."""
        job, cached = self.find(name), self._under_way.get(name)
        if job is None and cached:
            self.restore(cached[0])
            job = self.find(name)
        return self._remember(job) if job else None

    def clear_cache(self) -> None:
        """Ask the store again for every job."""
        self._under_way.clear()

    def _remember(self, job: Job) -> Job:
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
            self._documents.create(name_of(spec.name), Job(spec=spec).to_wire())
        except Conflict:
            return

    def get(self, name: str) -> Job:
        """Raises NotFound."""
        job = self.look_up(name)
        if job is None:
            raise NotFound(
                f"There is no job '{name}'.", fix="Use the name that invoke returned.", target=name
            )
        check_job_kept(name, job.cleared)
        return job

    def find(self, name: str) -> Job | None:
        """None also for one that is being removed; its name is taken until it is gone."""
        job = self.look_up(name)
        return job if job and job.cleared.jobs is None else None

    def look_up(self, name: str) -> Job | None:
        """The job, also one that is being removed."""
        document = self._documents.find(name_of(name))
        return Job.from_wire(document.body) if document else None

    def of_run(self, run: str) -> Job | None:
        """The job of that name, or the one whose scoring step has that run id."""
        job = self.find(run)
        if job is None and (name := self._index.job_of(run)):
            job = self.find(name)
            return job if job and job.spec.child == run.lower() else None
        return job

    def page(
        self,
        folder: str,
        *,
        after: str,
        size: int,
        is_wanted: Callable[[Job], bool],
        is_named: Callable[[str], bool] | None = None,
    ) -> tuple[list[Job], str]:
        """Jobs of a folder of the index, newest first, and the key after which more follow.

        That key is empty at the end. A page may be short: a filter that finds little is cut off.
        `is_named` sorts out by name, without reading documents.
        Raises InvalidRequest when `after` is no key.
        """
        keys = self._index.keys(folder, after, MOST_LOOKED_AT if is_named else size + 1)
        found, last, read, looked_at = list[Job](), "", 0, 0
        while len(found) < size and read < MOST_READ and looked_at < MOST_LOOKED_AT:
            chunk = list(islice(keys, size - len(found)))
            if not chunk:
                return found, ""
            named = [key for key in chunk if is_named is None or is_named(name_in(key))]
            found += [job for job in self._of_keys(folder, named) if is_wanted(job)]
            last, read, looked_at = chunk[-1], read + len(named), looked_at + len(chunk)
        return found, last if next(keys, None) is not None else ""

    def before(self, spec: JobSpec, *, most: int) -> Iterator[Job]:
        """Jobs of the same deployment that were created before that one, newest first."""
        folder = of_deployment(spec.endpoint, spec.deployment)
        keys = self._index.keys(folder, key_of(spec), most)
        for some in batched(islice(keys, most), FEW, strict=False):
            yield from self._of_keys(folder, list(some))

    def _of_keys(self, folder: str, keys: list[str]) -> list[Job]:
        documents = self._documents.find_all(name_of(name_in(key)) for key in keys)
        jobs = [Job.from_wire(document.body) if document else None for document in documents]
        pairs = zip(keys, jobs, strict=True)
        return [
            job
            for key, job in pairs
            if job and job.cleared.jobs is None and is_entry(folder, key, job.spec)
        ]

    def discard(self, name: str) -> None:
        """Take back a document whose job was never started."""
        self._under_way.drop(name)
        self._documents.delete(name_of(name))

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

        def cancel(job: Job) -> Job:
            is_over = job.state.status.is_terminal or job.cancel is not None
            return job if is_over else job.model_copy(update={"cancel": request})

        return self._change(name, cancel)

    def label(self, name: str, change: Callable[[Labels], Labels]) -> Job:
        """Change what people put on a job; raises NotFound."""
        return self._change(name, lambda job: job.model_copy(update={"labels": change(job.labels)}))

    def _change(self, name: str, change: Callable[[Job], Job]) -> Job:
        def changed(body: JSON) -> JSON:
            job = Job.from_wire(body)
            check_job_kept(name, job.cleared)
            return change(job).to_wire()

        return Job.from_wire(self._documents.update(name_of(name), changed))

    def _go_on(self, name: str, reached: Callable[[JobState], JobState]) -> JobState:
        before = list[Job]()

        def follow(job: Job) -> Job:
            before.append(job)
            return job.model_copy(update={"state": job.state.followed_by(reached(job.state))})

        after = self._remember(self._change(name, follow))
        self._note_progress(before[-1], after)
        return after.state
