import contextlib
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil
import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import InitFailed, PoolClosed, Scored, ScorerSpec, ScoringFailed
from tests.scoring.conftest import Specs, acts
from tests.support.waiting import PATIENCE_S, is_running, wait_until


def pid_of(pool: ScorerPool, spec: ScorerSpec, capacity: int = 1) -> int:
    with pool.lease(spec, capacity=capacity) as scorer:
        return scorer.pid or 0


def children() -> set[int]:
    """The scorer processes of these tests."""
    found = set()
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if "misbehaving-python" in " ".join(child.cmdline()):
                found.add(child.pid)
    return found


def in_thread[T](work: Callable[[], T]) -> "Future[T]":
    executor = ThreadPoolExecutor(max_workers=1)
    future = executor.submit(work)
    executor.shutdown(wait=False)
    return future


def test_a_warm_process_serves_the_next_lease_of_its_deployment_only(
    pool: ScorerPool, spec_of: Specs
) -> None:
    first = pid_of(pool, spec_of())

    assert first == pid_of(pool, spec_of())
    assert first != pid_of(pool, spec_of(fingerprint="other"))
    assert first == pid_of(pool, spec_of())


def test_a_process_outlives_the_thread_that_leased_it_first(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path
) -> None:
    """The kernel's parent-death signal is sent at the end of a thread, not of a process."""
    leased = in_thread(lambda: (pid_of(pool, spec_of()), threading.get_native_id()))
    first, thread = leased.result(PATIENCE_S)
    wait_until(lambda: not Path(f"/proc/self/task/{thread}").exists(), "the thread ended")

    with pool.lease(spec_of(), capacity=1) as scorer:
        scorer.score(acts("a"), tmp_path / "output", timeout_s=PATIENCE_S)
        assert first == scorer.pid


def test_no_more_processes_than_the_capacity_and_first_come_is_first_served(
    pool: ScorerPool, spec_of: Specs
) -> None:
    """Two are leased; four wait, and get the free scorers in the order they came."""
    served: list[int] = []
    pids: set[int] = set()

    def wait_for_turn(number: int) -> None:
        with pool.lease(spec_of(), capacity=2) as scorer:
            served.append(number)
            pids.add(scorer.pid or 0)

    with pool.lease(spec_of(), capacity=2) as one:
        with pool.lease(spec_of(), capacity=2) as other:
            both = {one.pid or 0, other.pid or 0}
            waiting: list[Future[None]] = []
            for number in range(4):
                waiting.append(in_thread(partial(wait_for_turn, number)))
                bench = pool._pools.pool(spec_of())
                wait_until(lambda: len(bench.queue) == len(waiting), "the thread waits")  # noqa: B023
            assert [] == served
        for turn in waiting:
            turn.result(PATIENCE_S)

    assert [0, 1, 2, 3] == served
    assert 2 == len(both)
    assert pids <= both
    assert both == children()


def test_an_idle_process_leaves_and_a_leased_one_stays(tmp_path: Path, spec_of: Specs) -> None:
    pool = ScorerPool(scratch=tmp_path / "scratch", idle_s=0.2)
    with pool.lease(spec_of(fingerprint="busy"), capacity=1) as busy:
        idle = pid_of(pool, spec_of())
        wait_until(lambda: not is_running(idle), "the idle process left")
        assert is_running(busy.pid or 0)
    pool.close()


def test_an_idle_process_that_was_killed_is_replaced(pool: ScorerPool, spec_of: Specs) -> None:
    first = pid_of(pool, spec_of())
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not psutil.pid_exists(first), "the process was reaped")

    with pool.lease(spec_of(), capacity=1) as scorer:
        assert first != scorer.pid
        assert is_running(scorer.pid or 0)


def test_a_deployment_whose_spec_changed_gets_a_new_process_and_the_old_one_ends(
    pool: ScorerPool, spec_of: Specs
) -> None:
    before = pid_of(pool, spec_of())
    after = pid_of(pool, spec_of(environment=(("THRESHOLD", "1"),)))

    assert before != after
    assert not is_running(before)


def test_a_failed_init_gives_its_place_back(pool: ScorerPool, spec_of: Specs) -> None:
    with pytest.raises(InitFailed), pool.lease(spec_of("raises"), capacity=1):
        pass

    assert pid_of(pool, spec_of("behaves"))


def test_after_three_failures_a_lease_fails_at_once_with_the_last_of_them(
    pool: ScorerPool, spec_of: Specs
) -> None:
    """400 mini-batches need not each import MLflow to learn that the model does not load."""
    for _ in range(3):
        with pytest.raises(InitFailed), pool.lease(spec_of("raises"), capacity=1):
            pass

    with (
        pytest.raises(InitFailed, match="ValueError: no such luck"),
        pool.lease(spec_of("behaves"), capacity=1),
    ):
        pass
    assert pid_of(pool, spec_of("behaves", fingerprint="other"))


def test_a_caller_that_raises_gives_the_scorer_back(pool: ScorerPool, spec_of: Specs) -> None:
    first = pid_of(pool, spec_of())

    def stumble() -> None:
        with pool.lease(spec_of(), capacity=1):
            raise KeyError

    with pytest.raises(KeyError):
        stumble()
    assert first == pid_of(pool, spec_of())


def test_a_capacity_of_nothing_is_refused(pool: ScorerPool, spec_of: Specs) -> None:
    with pytest.raises(ValueError, match="capacity of 0"), pool.lease(spec_of(), capacity=0):
        pass


def test_closing_ends_the_idle_the_scoring_and_the_waiting(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path
) -> None:
    idle = pid_of(pool, spec_of(fingerprint="idle"))
    entered = threading.Event()
    busy: list[int] = []

    def score() -> Scored:
        with pool.lease(spec_of(), capacity=1) as scorer:
            busy.append(scorer.pid or 0)
            entered.set()
            return scorer.score(acts("sleeps_forever"), tmp_path / "out", timeout_s=PATIENCE_S)

    scoring = in_thread(score)
    assert entered.wait(PATIENCE_S)
    waiting = in_thread(lambda: pid_of(pool, spec_of()))
    bench = pool._pools.pool(spec_of())
    wait_until(lambda: bool(bench.queue), "somebody waits")

    pool.close()

    with pytest.raises(PoolClosed):
        scoring.result(PATIENCE_S)
    with pytest.raises(PoolClosed):
        waiting.result(PATIENCE_S)
    with pytest.raises(PoolClosed):
        pid_of(pool, spec_of())
    assert not is_running(idle)
    assert not is_running(busy[0])
    pool.close()


def test_a_scorer_that_could_not_be_made_leaves_its_place(spec_of: Specs, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.write_text("a file where the folder shall be")
    pool = ScorerPool(scratch=scratch, idle_s=60, grace_s=0.3)
    for _ in range(2):
        with pytest.raises(OSError, match="scratch"), pool.lease(spec_of(), capacity=1):
            pass
    scratch.unlink()

    assert pid_of(pool, spec_of())
    pool.close()


def test_closing_while_a_model_loads_is_no_failed_init(pool: ScorerPool, spec_of: Specs) -> None:
    loading = in_thread(lambda: pid_of(pool, spec_of("sleeps_forever")))
    wait_until(lambda: bool(children()), "the process was started")

    pool.close()

    with pytest.raises(PoolClosed):
        loading.result(PATIENCE_S)


def test_many_callers_share_few_processes_without_losing_a_minibatch(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path
) -> None:
    def score(number: int) -> bytes:
        output = tmp_path / str(number)
        with pool.lease(spec_of(), capacity=3) as scorer:
            scorer.score(acts(f"file-{number}"), output, timeout_s=PATIENCE_S)
        return output.read_bytes()

    with ThreadPoolExecutor(max_workers=8) as executor:
        outputs = list(executor.map(score, range(100)))

    assert [f"0,file-{number}\n".encode() for number in range(100)] == outputs
    assert len(children()) <= 3


def test_a_scorer_costs_few_threads_and_no_descriptors_after_its_end(
    tmp_path: Path, spec_of: Specs
) -> None:
    process = psutil.Process()
    threads, descriptors = threading.active_count(), process.num_fds()
    pool = ScorerPool(scratch=tmp_path / "scratch", idle_s=60, grace_s=0.3)
    for act in ("exits", "sleeps_forever", "detaches_and_exits", "closes_everything"):
        with pool.lease(spec_of(), capacity=1) as scorer, pytest.raises(ScoringFailed):
            scorer.score(acts(act), tmp_path / "output", timeout_s=0.5)
    pool.close()

    wait_until(lambda: threading.active_count() <= threads, "the threads ended")
    wait_until(lambda: process.num_fds() <= descriptors, "the descriptors were closed")
    assert [] == list((tmp_path / "scratch").iterdir())
