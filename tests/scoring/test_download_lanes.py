"""How many downloads go on at once, and that each is done, once, in its order."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from functools import partial

import pytest

from shared.scoring.bundle.download_lanes import FEWEST, DownloadLanes

MOST = 32


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(MOST) as executor:
        yield executor


def fail() -> None:
    raise ValueError("gone")


def test_a_store_nearby_needs_few_and_one_far_away_all(executor: ThreadPoolExecutor) -> None:
    lanes = DownloadLanes(executor, MOST)
    assert FEWEST == lanes.at_once

    lanes.note(0.001)
    assert FEWEST == lanes.at_once
    for _ in range(2_000):
        lanes.note(0.01)
    assert lanes.at_once == 20
    for _ in range(2_000):
        lanes.note(0.1)
    assert lanes.at_once == MOST


def test_one_quick_answer_says_that_the_others_waited_for_us(executor: ThreadPoolExecutor) -> None:
    lanes = DownloadLanes(executor, MOST)
    lanes.note(0.001)
    for _ in range(300):  # the scorers had the cores
        lanes.note(0.05)

    assert FEWEST == lanes.at_once


def test_a_setting_of_few_is_kept(executor: ThreadPoolExecutor) -> None:
    lanes, going, most = DownloadLanes(executor, 2), [0], [0]
    lock = threading.Lock()

    def work() -> int:
        with lock:
            going[0] += 1
            most[0] = max(most[0], going[0])
        threading.Event().wait(0.002)
        with lock:
            going[0] -= 1
        return going[0]

    for batch in [lanes.begin([work] * 10) for _ in range(4)]:
        batch.wait()

    assert 1 <= most[0] <= 2


@pytest.mark.parametrize("together", [1, 10])
def test_each_is_done_once_whoever_asks(executor: ThreadPoolExecutor, together: int) -> None:
    lanes, done = DownloadLanes(executor, MOST), list[int]()

    def note(number: int) -> int:
        done.append(number)
        return number

    def ask(first: int) -> None:
        for start in range(first * together, 4_000, 8 * together):
            numbers = range(start, start + together)
            assert list(numbers) == lanes.begin([partial(note, one) for one in numbers]).wait()

    with ThreadPoolExecutor(8) as askers:
        list(askers.map(ask, range(8)))

    assert list(range(4_000)) == sorted(done)


def test_batches_are_begun_in_their_order(executor: ThreadPoolExecutor) -> None:
    lanes, done = DownloadLanes(executor, 1), list[int]()

    batches = [
        lanes.begin([partial(done.append, 2 * number), partial(done.append, 2 * number + 1)])
        for number in range(100)
    ]
    for batch in batches:
        batch.wait()

    assert list(range(200)) == done


def test_what_fails_is_told_and_what_comes_after_it_is_done(executor: ThreadPoolExecutor) -> None:
    lanes, done = DownloadLanes(executor, 1), list[str]()

    works: list[Callable[[], None]] = [
        partial(done.append, "before"),
        fail,
        partial(done.append, "after"),
    ]
    failing = lanes.begin(works)
    good = lanes.begin([lambda: "there"])

    assert ["there"] == good.wait()
    assert good.is_well
    with pytest.raises(ValueError, match="gone"):
        failing.wait()
    assert not failing.is_well
    assert ["before", "after"] == done


def test_of_several_failures_the_first_one_counts(executor: ThreadPoolExecutor) -> None:
    waits = threading.Event()

    def fail_late() -> None:
        waits.wait(30)
        raise KeyError("the first")

    batch = DownloadLanes(executor, MOST).begin([fail_late, fail])
    assert not batch.is_well
    waits.set()

    with pytest.raises(KeyError, match="the first"):
        batch.wait()


@pytest.mark.parametrize("is_well", [True, False])
def test_what_is_dropped_before_its_turn_is_not_done(
    executor: ThreadPoolExecutor, *, is_well: bool
) -> None:
    """What is under way ends first, however it ends."""
    lanes, may_end, done = DownloadLanes(executor, 1), threading.Event(), list[str]()

    def first() -> None:
        may_end.wait(30)
        done.append("first")
        if not is_well:
            fail()

    works: list[Callable[[], None]] = [first, partial(done.append, "second")]
    begun = lanes.begin(works)
    dropped = lanes.begin([partial(done.append, "dropped")])
    last = lanes.begin([partial(done.append, "last")])

    dropped.drop()
    dropping = threading.Thread(target=begun.drop)
    dropping.start()
    dropping.join(0.2)
    assert dropping.is_alive()
    may_end.set()
    dropping.join(30)

    last.wait()
    assert ["first", "last"] == done
    errors: dict[bool, type[BaseException]] = {True: CancelledError, False: ValueError}
    with pytest.raises(errors[is_well]):
        begun.wait()
    with pytest.raises(CancelledError):
        dropped.wait()


def test_a_batch_that_is_done_stays_so_when_it_is_dropped(executor: ThreadPoolExecutor) -> None:
    batch = DownloadLanes(executor, 1).begin([lambda: "there"])
    batch.wait()

    batch.drop()

    assert ["there"] == batch.wait()
    assert batch.is_well


def test_no_works_are_done_at_once(executor: ThreadPoolExecutor) -> None:
    works: list[Callable[[], None]] = []

    assert [] == DownloadLanes(executor, 1).begin(works).wait()


def test_nobody_waits_for_an_executor_that_is_shut_down() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()

    batch = DownloadLanes(executor, 1).begin([lambda: None, lambda: None])

    with pytest.raises(CancelledError):
        batch.wait()
