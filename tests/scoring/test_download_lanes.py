"""How many downloads go on at once, and that each is done, once, in its order."""

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from functools import partial

import pytest

from shared.scoring.bundle.download_lanes import FEWEST, DownloadLanes

MOST = 32


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(MOST) as executor:
        yield executor


def test_a_store_nearby_needs_few_and_one_far_away_all(executor: ThreadPoolExecutor) -> None:
    lanes = DownloadLanes(executor, MOST)
    assert FEWEST == lanes.at_once

    lanes.note(0.001)
    assert FEWEST == lanes.at_once
    for _ in range(400):
        lanes.note(0.01)
    assert lanes.at_once == 20
    for _ in range(400):
        lanes.note(0.1)
    assert lanes.at_once == MOST


def test_one_quick_answer_says_that_the_others_waited_for_us(executor: ThreadPoolExecutor) -> None:
    lanes = DownloadLanes(executor, MOST)
    for seconds in (0.5, 0.4, 0.001, 0.5, 0.5):
        lanes.note(seconds)

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

    for future in [lanes.begin(work) for _ in range(40)]:
        future.result(timeout=30)

    assert 1 <= most[0] <= 2


def test_each_is_done_once_whoever_asks(executor: ThreadPoolExecutor) -> None:
    lanes, done = DownloadLanes(executor, MOST), list[int]()

    def ask(first: int) -> None:
        for future in [lanes.begin(partial(done.append, one)) for one in range(first, 5_000, 8)]:
            future.result(timeout=60)

    askers = [threading.Thread(target=ask, args=(first,)) for first in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert list(range(5_000)) == sorted(done)


def test_what_fails_is_told_and_what_comes_after_it_is_done(executor: ThreadPoolExecutor) -> None:
    lanes = DownloadLanes(executor, 1)

    def fail() -> None:
        raise ValueError("gone")

    failing, good = lanes.begin(fail), lanes.begin(lambda: "there")

    assert "there" == good.result(timeout=30)
    with pytest.raises(ValueError, match="gone"):
        failing.result(timeout=30)


def test_what_was_dropped_before_its_turn_is_not_done(executor: ThreadPoolExecutor) -> None:
    lanes, may_end, done = DownloadLanes(executor, 1), threading.Event(), list[str]()
    first = lanes.begin(lambda: may_end.wait(30))
    dropped, last = (lanes.begin(partial(done.append, name)) for name in ("dropped", "last"))

    assert dropped.cancel()
    may_end.set()

    assert first.result(timeout=30)
    last.result(timeout=30)
    assert ["last"] == done


def test_nobody_waits_for_an_executor_that_is_shut_down() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()

    with pytest.raises(CancelledError):
        DownloadLanes(executor, 1).begin(lambda: None).result(timeout=30)
