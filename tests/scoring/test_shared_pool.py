"""Two jobs of one deployment share its scorers: who has more yields, who waits is next."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import pytest

from shared.scoring.scorer.pool import SHARED_S, SHORTEST_TURN_S, ScorerPool
from shared.scoring.scorer.scorer_exit import ScorerExit
from shared.scoring.scorer_spec import ScorerSpec
from tests.scoring.conftest import Specs
from tests.support.waiting import PATIENCE_S, wait_until

LONG = SHORTEST_TURN_S + 1
Leasing = Callable[..., AbstractContextManager[Callable[..., None]]]


@pytest.fixture
def leasing(pool: ScorerPool) -> Leasing:
    """`large` has as many scorers; what it gives lets another caller wait for one."""

    @contextmanager
    def leasing(
        spec: ScorerSpec, leased: int = 1, capacity: int = 0, most: int = 0
    ) -> Iterator[Callable[..., None]]:
        turns: list[Future[None]] = []

        def lease(job: str, inside: Callable[[], None] = lambda: None) -> None:
            with pool.lease(spec, job=job, capacity=capacity or leased, most=most):
                inside()

        def wait(job: str) -> None:
            turns.append(threads.submit(lease, job))
            wait_until(lambda: pool.census().waiting == len(turns), "it waits")

        def nested(depth: int) -> Iterator[Callable[..., None]]:
            with pool.lease(spec, job="large", capacity=capacity or leased, most=most):
                if depth > 1:
                    yield from nested(depth - 1)
                else:
                    yield wait

        with ThreadPoolExecutor(8) as threads:
            yield from nested(leased)
            for turn in turns:
                turn.result(PATIENCE_S)

    return leasing


def test_nobody_yields_to_nobody(pool: ScorerPool, spec_of: Specs, leasing: Leasing) -> None:
    with leasing(spec_of()):
        assert not pool.must_yield(spec_of().fingerprint, "large", LONG)
    assert not pool.must_yield("unheard of", "large", LONG)


def test_a_job_yields_to_another_after_a_while_and_never_to_itself(
    pool: ScorerPool, spec_of: Specs, leasing: Leasing
) -> None:
    name = spec_of().fingerprint
    with leasing(spec_of()) as wait:
        wait("large")
        assert not pool.must_yield(name, "large", LONG)
        wait("small")
        assert pool.must_yield(name, "large", LONG)
        assert not pool.must_yield(name, "large", SHORTEST_TURN_S / 2)


def test_jobs_with_as_many_scorers_do_not_yield_to_one_another(
    pool: ScorerPool, spec_of: Specs, leasing: Leasing
) -> None:
    """Of two scorers each has one: the share is fair, and whoever came first is next."""
    name = spec_of().fingerprint
    with (
        leasing(spec_of(), leased=1, capacity=2) as wait,
        pool.lease(spec_of(), job="small", capacity=2),
    ):
        wait("small")
        assert not pool.must_yield(name, "large", LONG)
    with leasing(spec_of(), leased=2) as wait:
        wait("small")
        assert pool.must_yield(name, "large", LONG)


@pytest.mark.parametrize(("is_stateless", "yields"), [(False, False), (True, True)])
def test_a_job_does_not_yield_where_its_process_would_have_to_end(
    pool: ScorerPool, spec_of: Specs, leasing: Leasing, *, is_stateless: bool, yields: bool
) -> None:
    """With one process in all, another job's has to be loaded first, unless any job may use it."""
    spec = spec_of(is_stateless=is_stateless)
    with leasing(spec, most=1) as wait:
        wait("small")
        assert yields == pool.must_yield(spec.fingerprint, "large", LONG)


def rest(pool: ScorerPool, spec: ScorerSpec, job: str = "large") -> None:
    """A scorer of the job comes back, and has nothing to do for a while."""
    with pool.lease(spec, job=job, capacity=2):
        pass
    time.sleep(SHARED_S + 0.1)


def test_a_bundle_gives_work_back_once_another_scorer_of_its_job_rests(
    pool: ScorerPool, spec_of: Specs
) -> None:
    name = spec_of().fingerprint
    with pool.lease(spec_of(), job="large", capacity=2):
        assert not pool.must_yield(name, "large", LONG, LONG)
        began = time.monotonic()
        rest(pool, spec_of())
        held_s = time.monotonic() - began
        assert pool.must_yield(name, "large", held_s, SHARED_S)
        assert not pool.must_yield(name, "large", held_s, SHARED_S / 2)
        assert not pool.must_yield(name, "other", held_s, LONG)


def test_a_scorer_that_rested_before_the_bundle_began_wants_nothing_of_it(
    pool: ScorerPool, spec_of: Specs
) -> None:
    """The job's next bundle may have gone to another machine: no bundle is cut for that twice."""
    with pool.lease(spec_of(), job="large", capacity=2):
        rest(pool, spec_of())
        assert not pool.must_yield(spec_of().fingerprint, "large", SHARED_S / 2, LONG)


def test_a_scorer_that_came_back_this_moment_is_about_to_have_another_bundle(
    pool: ScorerPool, spec_of: Specs
) -> None:
    with pool.lease(spec_of(), job="large", capacity=2):
        with pool.lease(spec_of(), job="large", capacity=2):
            pass
        assert not pool.must_yield(spec_of().fingerprint, "large", LONG, LONG)


def test_a_scorer_that_writes_files_is_not_given_what_is_before_them(
    pool: ScorerPool, spec_of: Specs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pool.lease(spec_of(), job="large", capacity=2):
        rest(pool, spec_of())
        assert pool.must_yield(spec_of().fingerprint, "large", LONG, LONG)
        monkeypatch.setattr(ScorerExit, "may_write", True)
        assert not pool.must_yield(spec_of().fingerprint, "large", LONG, LONG)
