"""Each version is accepted by one batch and no other, whoever looks, dies or comes late."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.upload_batch import next_batch
from shared.domain.watch import GatherRules
from tests.support.faulty_blobs import FaultyBlobs, Killed, die
from tests.support.watched import CONTAINER, FOLDER, Watched

NAMES = st.sampled_from(["a.csv", "b.csv"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("upload"), NAMES),
        st.tuples(st.just("delete"), NAMES),
        st.tuples(st.just("look"), st.integers(0, 1)),
        st.tuples(st.just("accept"), st.integers(0, 1)),
        st.tuples(st.just("gather"), st.just(0)),
    ),
    min_size=8,
    max_size=40,
)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path, quiet_s=1, most_wait_s=1)


class Hosts:
    """Two hosts, each with the look that it had last, however old."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.looks: dict[int, Any] = {}
        self.accepted: list[tuple[str, str]] = []

    def look(self, host: int) -> None:
        self.looks[host] = self.watched.gather.look(self.watched.watch)

    def accept(self, host: int) -> None:
        look = self.looks.get(host)
        if look is None or not look.pending:
            return
        now = self.watched.gather.clock()
        batch = next_batch(look.accepted, look.pending, self.watched.watch.rules, now, "")
        task = self.watched.watch.task
        if self.watched.services.upload_records.accept(task, look.accepted, batch):
            self.accepted += [(one.name, one.etag) for one in batch.versions]

    def gather(self) -> None:
        """A whole look, and the batch that it accepted, if it did."""
        number = self.watched.gather_once().accepted
        if number is not None:
            versions = self.watched.batches()[number].versions
            self.accepted += [(one.name, one.etag) for one in versions]


def present(watched: Watched) -> list[tuple[str, str]]:
    listed = watched.blobs.list_blobs(CONTAINER, f"{FOLDER}/")
    return [(item.name, item.etag) for item in listed]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_a_version_is_in_one_batch_in_whatever_order_hosts_look_and_accept(
    steps: list[tuple[str, Any]],
) -> None:
    """Looks that are old by any number of uploads, deletions and batches among them."""
    with TemporaryDirectory() as scratch:
        watched = Watched(Path(scratch), quiet_s=1, most_wait_s=1, most_files=2)
        hosts = Hosts(watched)
        acts: dict[str, Callable[[Any], Any]] = {
            "upload": watched.upload,
            "delete": watched.delete,
            "look": hosts.look,
            "accept": hosts.accept,
            "gather": lambda _: hosts.gather(),
        }
        for act, what in steps:
            acts[act](what)
        watched.wait(60)
        while watched.gather.look(watched.watch).pending:
            hosts.gather()
        assert len(hosts.accepted) == len(set(hosts.accepted))
        assert sorted(hosts.accepted) == sorted(watched.versions())
        assert set(present(watched)) <= set(hosts.accepted)


def test_a_host_killed_between_any_two_writes_leaves_nothing_out_and_nothing_twice(
    tmp_path: Path,
) -> None:
    """Before its n-th write, for every n until there are no more."""
    for dies_at in range(1, 40):
        blobs = FaultyBlobs()
        watched = Watched(tmp_path / str(dies_at), blobs, quiet_s=1, most_wait_s=1, most_files=2)
        for name in ("a", "b", "c"):
            watched.upload(name)
        watched.wait(60)
        died = _gather_until_death(watched, blobs, dies_at)
        while watched.gather_once().pending:
            pass

        assert [["a", "b"], ["c"]] == watched.names()
        assert sorted(watched.job_names()) == sorted(set(watched.job_names()))
        assert 2 == len(watched.job_names())
        if not died:
            return
    raise AssertionError("it was never undisturbed")


def test_twins_at_the_same_moment_accept_everything_once(watched: Watched) -> None:
    for index in range(30):
        watched.upload(f"f{index:02d}")
    watched.watch = watched.put_watch(rules=GatherRules(quiet_s=1, most_wait_s=1, most_files=4))
    watched.wait(60)
    barrier, numbers = Barrier(6), list[int]()

    def gather() -> None:
        barrier.wait()
        while (found := watched.gather_once()).pending or found.accepted is not None:
            numbers.extend([found.accepted] if found.accepted is not None else [])

    threads = [Thread(target=gather) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 30 == len(watched.versions()) == len(set(watched.versions()))
    assert list(range(len(watched.batches()))) == sorted(numbers)
    assert len(watched.batches()) == len(set(watched.job_names()))


class BusyBlobs(MemoryBlobs):
    """Somebody else acts, once, just before the record is read."""

    act: Callable[[], object] | None = None

    def list_names(self, container: str, prefix: str = "", *rest: Any, **more: Any) -> Any:
        if prefix.startswith("accepted/") and (act := self.act):
            self.act = None
            act()
        return super().list_names(container, prefix, *rest, **more)


def test_a_version_that_is_gone_is_not_accepted_by_who_comes_late(tmp_path: Path) -> None:
    """The folder is listed after the record is read: else an old version would seem a new one."""
    blobs = BusyBlobs()
    watched = Watched(tmp_path, blobs, quiet_s=1, most_wait_s=1)
    versions = [("cellar/a", watched.upload("a"))]
    watched.wait(60)

    def overtake() -> None:
        watched.gather_once()
        versions.append(("cellar/a", watched.upload("a")))
        watched.gather_once()

    blobs.act = overtake
    watched.gather_once()

    assert versions == watched.versions()


def test_the_record_is_summed_up_and_says_the_same(tmp_path: Path) -> None:
    """65 batches: two snapshots are kept, and a reader reads few of the batches."""
    watched = Watched(tmp_path, quiet_s=1, most_wait_s=1, most_files=1)
    for index in range(65):
        watched.upload(f"f{index:02d}")
    watched.wait(60)
    while watched.gather_once().pending:
        pass
    names = list(watched.blobs.list_names("batch-registry", "accepted/"))

    snapshots = [name.rpartition("/")[2] for name in names if "/snapshots/" in name]
    assert ["00000040.json", "00000060.json"] == snapshots
    accepted = watched.services.upload_records.read(watched.watch.task)
    assert (65, 65) == (accepted.number, len(accepted.etags))


def _gather_until_death(watched: Watched, blobs: FaultyBlobs, dies_at: int) -> bool:
    """Gather until the store does not take the write of that number; whether it came to that."""
    blobs.before_write(dies_at, die)
    with suppress(Killed):
        while watched.gather_once().pending:
            pass
    return not blobs.calm()
