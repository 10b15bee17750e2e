"""How a plan lists a job's input: what a manifest names, or what is chosen of a folder, or a file.

It is the one way, for who plans and for who only wants to know what a plan would hold.

Who plans has the input listed a second time, so that nothing is believed of one listing. The two go
side by side where each takes as long as the store does: then neither waits for the other's pages.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event

from shared.domain.asset import DataType
from shared.domain.job import JobInput
from shared.domain.listing import ListingSum, Sum, ascending
from shared.domain.minibatch import PlannedFile
from shared.domain.selection import Selection, Skipped
from shared.ports import Blobs
from shared.stores.chosen_files import Choice
from shared.stores.earlier_files import EarlierFiles
from shared.stores.input_listing import Inputs, Watch
from shared.stores.jobs import Jobs
from shared.stores.manifests import Manifests
from shared.stores.plans import Plans

type IsStill = Callable[[ListingSum], bool]
"""Whether a second look finds what was listed."""


class _Ended(Exception):
    """Nobody waits for the second listing any more."""


@dataclass(frozen=True)
class InputLister:
    """Thread-safe."""

    blobs: Blobs
    inputs: Inputs
    jobs: Jobs
    plans: Plans

    def of(self, source: JobInput, selection: Selection, job: str = "") -> "PlannedInput":
        """The input of a job, to be listed; what opens it elsewhere is kept for a job of a name."""
        return PlannedInput(self, source, selection, job)


@dataclass(frozen=True)
class PlannedInput:
    """One input, listed as often as is asked."""

    lister: InputLister
    source: JobInput
    selection: Selection
    job: str

    def files(self, skipped: Skipped, listed: ListingSum, watch: Watch) -> Iterator[PlannedFile]:
        """The files in the plan's order, as they are listed; what is left out goes into `skipped`.

        Every name goes into `listed`. Raises NotFound, InvalidRequest or AccountRefuses for an
        input that cannot be listed, and ServiceUnavailable for a listing that is out of order.
        `watch` is called at the end, too.
        """
        if self.selection.manifest:
            yield from self._named(listed, watch)
        else:
            yield from self._chosen(skipped, listed, watch)
        watch()

    @contextmanager
    def looked_at_twice(self, watch: Watch, *, is_beside: bool) -> Iterator[IsStill]:
        """Whether a second look finds what is listed inside, once that is listed.

        It is made when it is asked for, or, with `is_beside`, meanwhile: by a thread of its own
        where only the store is asked, which ends with what is done inside. What fails there is
        raised to who asks.
        """
        if self.selection.manifest:
            version = self._version()
            yield lambda _: self._version() == version
        elif is_beside and self._is_only_listed:
            with self._sum_beside(watch) as again:
                yield lambda listed: again() == listed.sum
        else:
            yield lambda listed: self._sum(watch) == listed.sum

    @property
    def _is_only_listed(self) -> bool:
        """Whether files are taken as they are listed, with nothing to read before or between."""
        is_read = self.selection.earlier_job or self.selection.split
        return self.source.type is DataType.URI_FOLDER and not is_read

    @contextmanager
    def _sum_beside(self, watch: Watch) -> Iterator[Callable[[], Sum]]:
        ended = Event()

        def watch_both() -> None:
            if ended.is_set():
                raise _Ended
            watch()

        with ThreadPoolExecutor(1, thread_name_prefix="second-listing") as thread:
            try:
                yield thread.submit(self._sum, watch_both).result
            finally:
                ended.set()

    def _sum(self, watch: Watch) -> Sum:
        """What the folder holds now: names only, in other pages."""
        listed = ListingSum()
        for name in self.lister.inputs.names(self.source.location, self.source.type):
            watch()
            listed.add(name)
        watch()
        return listed.sum

    def _version(self) -> str:
        """The etag of the file that lists the input."""
        return self._manifests.etag(self.source.location)

    def _chosen(self, skipped: Skipped, listed: ListingSum, watch: Watch) -> Iterator[PlannedFile]:
        place, kind = self.source.location, self.source.type
        earlier = EarlierFiles(self.lister.jobs, self.lister.plans)
        with earlier.left_out(self.selection, place.container) as known:
            choice = Choice(self.selection, known)
            yield from ascending(
                self.lister.inputs.files(place, kind, skipped, listed, choice, watch)
            )

    def _named(self, listed: ListingSum, watch: Watch) -> Iterator[PlannedFile]:
        for file in self._manifests.files(self.source.location, self.job):
            watch()
            listed.add(file.name)
            yield file

    @property
    def _manifests(self) -> Manifests:
        return Manifests(self.lister.blobs, self.lister.inputs)
