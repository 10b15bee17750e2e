"""How a plan lists a job's input: what a manifest names, or what is chosen of a folder, or a file.

It is the one way, for who plans and for who only wants to know what a plan would hold.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.job import JobInput
from shared.domain.listing import ListingSum, ascending
from shared.domain.minibatch import PlannedFile
from shared.domain.selection import Selection, Skipped
from shared.ports import Blobs
from shared.stores.chosen_files import Choice
from shared.stores.earlier_files import EarlierFiles
from shared.stores.input_listing import Inputs, Watch
from shared.stores.jobs import Jobs
from shared.stores.manifests import Manifests
from shared.stores.plans import Plans


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

    def version(self) -> str:
        """The etag of the file that lists the input; empty where the store does."""
        return self._manifests.etag(self.source.location) if self.selection.manifest else ""

    def is_still(self, version: str, listed: ListingSum, watch: Watch) -> bool:
        """Whether a second look finds what was listed, and of what version it was."""
        if self.selection.manifest:
            return self.version() == version
        again = ListingSum()
        for name in self.lister.inputs.names(self.source.location, self.source.type):
            watch()
            again.add(name)
        watch()
        return again.sum == listed.sum

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
