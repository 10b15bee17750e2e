"""Jobs as housekeeping goes through them: in pages, marked before anything of them goes.

1. A mark in the job's document comes first: from then on nobody reads what it says is gone.
2. What is marked is deleted, and then the mark says that this is finished. Whoever finds a mark
   that does not say so goes on.
3. Of a job as a whole the document goes last but one, and last the entry by which it is found.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import batched, islice

from shared.domain.cleared import JobRemains
from shared.domain.job import Job
from shared.domain.message import JSON
from shared.ports import Blobs
from shared.stores.documents import Document, Documents
from shared.stores.job_index import EVERYTHING, JobIndex, name_in
from shared.stores.job_names import claim_name, name_of
from shared.stores.jobs import CONTAINER, Submission

PAGE = 64


class ClearedJobs:
    """Thread-safe."""

    def __init__(self, blobs: Blobs) -> None:
        self._documents = Documents(blobs, CONTAINER)
        self._index = JobIndex(blobs)

    def after(self, key: str) -> Iterator[tuple[str, Document | None]]:
        """Every job after a key, newest first, as its document is now, with its own key."""
        keys = self._index.keys(EVERYTHING, key, 0)
        for some in batched(keys, PAGE, strict=False):
            yield from zip(
                some, self._documents.find_all(name_of(name_in(one)) for one in some), strict=True
            )

    def until(self, key: str) -> Iterator[Job]:
        """The jobs that are newer than those of a key."""
        for own, document in self.after(""):
            if own >= key:
                return
            if document is not None:
                yield Job.from_wire(document.body)

    def key_of_newest(self, count: int) -> str:
        """The key of the last of so many jobs, the newest first; empty if there are fewer."""
        keys = islice(self._index.keys(EVERYTHING, "", count), count - 1, count)
        return next(keys, "")

    def mark(self, name: str, what: JobRemains, at: datetime) -> Job:
        """Raises NotFound. A job that has not ended stays as it is."""

        def marked(job: Job) -> Job:
            if not job.state.status.is_terminal:
                return job
            return job.model_copy(update={"cleared": job.cleared.begun(what, at)})

        return self._change(name, marked)

    def finish(self, name: str, what: JobRemains) -> Job:
        return self._change(
            name, lambda job: job.model_copy(update={"cleared": job.cleared.finished(what)})
        )

    def forget(self, job: Job, key: str) -> None:
        """A job of which nothing else is left: request, index, document, and what lists it."""
        spec = job.spec
        if spec.request_id:
            self._forget_request(spec.endpoint, spec.request_id, spec.name)
        document = self._marked(spec.name)
        if document is not None:
            self._index.forget(spec)
            self._documents.delete(name_of(spec.name), if_match=document.etag)
        self._index.forget_key(key)

    def is_marked(self, name: str) -> bool:
        """Whether the job is being removed still; another one may have its name by now."""
        return self._marked(name) is not None

    def _marked(self, name: str) -> Document | None:
        document = self._documents.find(name_of(name))
        is_marked = document and Job.from_wire(document.body).cleared.jobs is not None
        return document if is_marked else None

    def forget_entry(self, key: str) -> None:
        """An entry that is nobody's."""
        self._index.forget_key(key)

    def _forget_request(self, endpoint: str, request_id: str, job: str) -> None:
        name = claim_name(endpoint, request_id)
        claim = self._documents.find(name)
        if claim is not None and Submission.from_wire(claim.body).job == job:
            self._documents.delete(name, if_match=claim.etag)

    def _change(self, name: str, change: Callable[[Job], Job]) -> Job:
        def changed(body: JSON) -> JSON:
            return change(Job.from_wire(body)).to_wire()

        return Job.from_wire(self._documents.update(name_of(name), changed))
