"""What scripts wrote is published if the bundles that count account for all of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.application.publish_side_files import publish_side_files
from shared.domain.job import ending
from shared.domain.minibatch import Span
from shared.domain.outcome import Segment, Tally
from shared.domain.plan import Plan
from shared.domain.side_contents import StoredChange
from shared.domain.task import AcceptedBundle
from shared.stores.results import Damaged, Record, Results
from shared.stores.scorer_ends import ScorerEnds
from shared.stores.side_files import SideFileChange, SideFiles
from tests.support.specs import CONTAINER, a_spec


class Job:
    """A job of mini-batches of which each is a shard, and what was recorded of them."""

    def __init__(self, workers: ThreadPoolExecutor, folder: Path) -> None:
        self.blobs, self._folder = MemoryBlobs(), folder
        for container in ("batch-jobs", CONTAINER):
            self.blobs.ensure_container(container)
        self._results = Results(self.blobs, workers)
        self._side_files = SideFiles(self.blobs, workers)
        self._closed = 0

    def stored(self, name: str, text: str, *, is_appended: bool = False) -> StoredChange:
        path = self._folder / name
        path.write_text(text)
        change = SideFileChange(name, path, is_appended)
        return self._side_files.store("job-1", Span(first=0, stop=1), [change])[0]

    def accept(self, process: str, turn: int, *changes: StoredChange, rewritten: str = "") -> None:
        """The next mini-batch counts as that process scored it in that turn."""
        span = Span(first=self._closed, stop=self._closed + 1)
        record = Record(
            segment=Segment(span=span, rows=0, bytes=0, sha256="", blocks=0),
            reports=[],
            errors=[],
            changes=list(changes),
            process=process,
            turn=turn,
            rewritten=[rewritten] if rewritten else [],
        )
        name = self._results.record("job-1", self._closed, record)
        self._results.close_shard("job-1", self._closed, [AcceptedBundle(span=span, record=name)])
        self._closed += 1

    def published(self) -> dict[str, str]:
        plan = Plan(files=self._closed, minibatches=self._closed, shards=self._closed)
        ended = ending(a_spec(), plan, Tally(), "", self._closed, None)
        publish_side_files(ended, self._results, ScorerEnds(self.blobs), self._side_files)
        names = self.blobs.list_names(CONTAINER, "out/")
        return {name[4:]: self.blobs.read(CONTAINER, name).data.decode() for name in names}


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    with ThreadPoolExecutor(2) as workers:
        yield Job(workers, tmp_path)


def test_a_file_that_was_gone_on_with_and_begun_by_no_bundle_that_counts_is_scored_again(
    job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    """A late twin's bundle was its scorer's first: the log's header is with that one only."""
    job.accept("p", 1, job.stored("all.log", "name\na\n"))
    job.accept("q", 2, job.stored("log-17", "c\n", is_appended=True))

    with pytest.raises(Damaged) as damage:
        job.published()

    assert 1 == damage.value.shard
    assert "'log-17' was gone on with, and begun in no bundle that counts" in caplog.text
    assert [] == list(job.blobs.list_names(CONTAINER, "out/"))


def test_a_file_that_was_only_written_again_in_the_bundles_that_count_is_scored_again(
    job: Job,
) -> None:
    """Each of two processes wrote it first for a bundle that counts as the other scored it."""
    job.accept("p", 2, rewritten="schema.json")
    job.accept("q", 2, rewritten="schema.json")

    with pytest.raises(Damaged) as damage:
        job.published()

    assert 0 == damage.value.shard


def test_what_some_bundle_that_counts_has_begun_may_be_gone_on_with_by_all(job: Job) -> None:
    job.accept("q", 2, job.stored("log", "a\n", is_appended=True), rewritten="schema.json")
    job.accept("p", 1, job.stored("log", "name\nb\n"), job.stored("schema.json", "{}"))

    assert {"log": "a\nname\nb\n", "schema.json": "{}"} == job.published()


def test_changes_count_in_the_order_of_their_scorers_turns(job: Job) -> None:
    job.accept("p", 2, job.stored("log", "a\n", is_appended=True))
    job.accept("p", 1, job.stored("log", "name\nb\n"))

    assert {"log": "name\nb\na\n"} == job.published()
