"""A scorer that loads behind the scenes, before a job asks for it."""

import sys
import threading
from pathlib import Path

import pytest

from shared.domain.errors import ModelMissing
from shared.scoring.scorer.census import Census
from shared.scoring.scorer.init_failures import TRIES
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import InitFailed, ScorerSpec
from tests.scoring.conftest import Specs
from tests.scoring.misbehaving_scripts import script_spec
from tests.support.waiting import wait_until


def is_warm(pool: ScorerPool) -> bool:
    return pool.census() == Census(busy=0, idle=1, starting=0, waiting=0)


def is_cold(pool: ScorerPool) -> bool:
    return pool.census() == Census(busy=0, idle=0, starting=0, waiting=0)


@pytest.mark.parametrize("is_stateless", [False, True])
def test_the_job_that_comes_next_gets_the_scorer_that_was_loaded_ahead(
    pool: ScorerPool, spec_of: Specs, *, is_stateless: bool
) -> None:
    spec = spec_of(is_stateless=is_stateless)
    for _ in range(2):  # it is asked for twice, and there is one
        pool.warm_up(lambda: spec, capacity=1, most=1)
        wait_until(lambda: is_warm(pool), "one has loaded")

    with pool.lease(spec, capacity=1, most=1, job="one") as scorer:
        assert 1 == len(scorer.take_loads())
        assert Census(busy=1, idle=0, starting=0, waiting=0) == pool.census()


def test_a_lease_waits_for_the_scorer_that_is_loading(pool: ScorerPool, tmp_path: Path) -> None:
    """It would take longer to begin another."""
    gate = tmp_path / "gate"
    source = f"""
import os, time
def init():
    while not os.path.exists({str(gate)!r}):
        time.sleep(0.01)
def run(mini_batch):
    return []
"""
    spec = script_spec(tmp_path, sys.executable, source)
    pids = list[int | None]()

    def lease() -> None:
        with pool.lease(spec, capacity=2, job="one") as scorer:
            pids.append(scorer.pid)

    pool.warm_up(lambda: spec, capacity=2)
    wait_until(lambda: pool.census().starting == 1, "it loads")
    thread = threading.Thread(target=lease)
    thread.start()
    wait_until(lambda: pool.census().waiting == 1, "the lease waits")
    assert 0 == pool.census().busy
    gate.touch()
    thread.join()

    assert 1 == len(pids)


def test_one_that_does_not_load_counts_for_nothing(pool: ScorerPool, spec_of: Specs) -> None:
    """The job's own tries, and their logs, are as many as ever."""
    spec, asked = spec_of("raises"), list[int]()

    def ask() -> ScorerSpec:
        asked.append(1)
        return spec

    for number in range(TRIES):
        pool.warm_up(ask, capacity=1)
        wait_until(lambda: len(asked) > number and is_cold(pool), "it has failed")  # noqa: B023

    with pytest.raises(InitFailed, match="no such luck") as failed, pool.lease(spec, capacity=1):
        pass
    assert "in raises" in failed.value.details
    assert TRIES == pool.init_tries(spec.fingerprint)


def test_one_that_loads_is_remembered_as_one_that_works(pool: ScorerPool, spec_of: Specs) -> None:
    pool.warm_up(spec_of, capacity=1)
    wait_until(lambda: is_warm(pool), "it has loaded")

    assert pool.init_tries(spec_of().fingerprint) > TRIES


def test_a_job_that_is_canceled_ends_what_loads_for_it(pool: ScorerPool, spec_of: Specs) -> None:
    stopped = threading.Event()
    pool.warm_up(lambda: spec_of("sleeps_forever"), capacity=1, is_stopped=stopped.is_set)
    wait_until(lambda: pool.census().starting == 1, "it loads")

    stopped.set()

    wait_until(lambda: is_cold(pool), "it was ended")


def test_nothing_is_loaded_beside_as_many_as_there_may_be(pool: ScorerPool, spec_of: Specs) -> None:
    asked = threading.Event()

    def spec() -> ScorerSpec:
        asked.set()
        return spec_of()

    with pool.lease(spec_of(), capacity=1, most=1, job="one"):
        pool.warm_up(spec, capacity=1, most=1)
        assert asked.wait(20)
        pool.warm_up(spec, capacity=1, most=1)
        assert Census(busy=1, idle=0, starting=0, waiting=0) == pool.census()


def test_a_model_that_is_missing_is_the_jobs_to_find_out(pool: ScorerPool) -> None:
    failed = threading.Event()

    def spec() -> ScorerSpec:
        failed.set()
        raise ModelMissing("It is gone.", fix="Register it.")

    pool.warm_up(spec, capacity=1)

    assert failed.wait(20)
    wait_until(lambda: is_cold(pool), "nothing was begun")
