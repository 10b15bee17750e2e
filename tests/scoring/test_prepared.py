"""Processes that wait for the next job of a deployment, after its warm ones have left."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.scoring.scorer.gpu_query import Gpu
from shared.scoring.scorer.gpus import Gpus
from shared.scoring.scorer_spec import InitFailed
from tests.scoring.prepared_house import EARLY, House
from tests.support.waiting import is_running, wait_until


def test_one_that_was_killed_is_missed_by_no_job_and_made_again_after_the_next(
    house: House,
) -> None:
    house.rows(house.spec())
    (pid,) = house.wait(1)

    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: house.is_at_rest(0), "it is gone")

    assert [0] == [known.may_have for known in house.known]
    assert "False\njoblib is imported\n" == house.rows(house.spec(), job="next")
    house.wait(1)


def test_what_loads_in_a_new_process_only_is_loaded_there_and_not_prepared_again(
    house: House,
) -> None:
    """The failure counts for nothing, and the log is that of the process that loaded."""
    spec = house.spec(EARLY + "def init():\n    assert not early\n")
    fresh = house.rows(spec)
    house.wait(1)

    assert fresh == house.rows(spec, job="next")
    assert house.is_hopeless(spec)
    assert house.pool.init_tries(spec.fingerprint) > 3


def test_there_are_few_and_those_of_the_deployment_used_last(house: House) -> None:
    """Two in all: both of the first, then one of each, then none of the first."""
    specs = [house.spec(name=name) for name in ("one", "two", "three")]
    house.rows(specs[0], capacity=3)
    house.wait(2)

    for spec in specs[1:]:
        house.rows(spec, job=spec.fingerprint)
        wait_until(lambda: spec in house.specs, "it has one")  # noqa: B023
        house.wait(2)

    assert specs[1:] == house.specs


def test_no_more_than_may_live_here_are_prepared(house: House) -> None:
    house.rows(house.spec(), capacity=4, most=1)

    house.wait(1)

    assert [1] == [known.may_have for known in house.known]


def test_they_leave_when_no_job_comes(house_of: Callable[..., House]) -> None:
    house = house_of(prepared_idle_s=2.0)
    house.rows(house.spec())
    (pid,) = house.wait(1)

    wait_until(lambda: not is_running(pid), "it left")


def test_they_end_with_the_pool(house: House) -> None:
    house.rows(house.spec())
    (pid,) = house.wait(1)

    house.pool.close()

    assert not is_running(pid)
    assert [] == list((house.folder / "scratch").iterdir())


@pytest.mark.parametrize(
    "changes", [{"environment": (("THRESHOLD", "1"),)}, {"logging_level": "debug"}]
)
def test_another_spec_is_not_served(house: House, changes: dict[str, Any]) -> None:
    spec = house.spec()
    house.rows(spec)
    (pid,) = house.wait(1)

    assert "False" in house.rows(replace(spec, **changes), job="next")
    wait_until(lambda: not is_running(pid), "the old one left")


def test_one_that_shares_the_cores_with_others_is_not_served(house: House) -> None:
    """It was told at its start how many threads are its own."""
    house.rows(house.spec(), capacity=1)
    house.wait(1)

    assert "False" in house.rows(house.spec(), job="next", capacity=2)


def test_nothing_is_prepared_while_somebody_scores(house: House) -> None:
    busy = house.spec("def run(mini_batch): return []\n", name="busy")
    with house.pool.lease(busy, capacity=1):
        house.rows(house.spec())
        wait_until(lambda: house.pool.census().idle == 0, "the warm ones left")
        house.pool._prepared.look(lambda _: pytest.fail("it was begun"))
        assert [] == house.pids

    house.wait(1)


def test_a_process_that_does_not_load_takes_nothing_back(house: House) -> None:
    source = EARLY + "def init():\n    import os\n    assert os.path.exists({!r})\n"
    gate = house.folder / "gate"
    gate.touch()
    spec = house.spec(source.format(str(gate)))
    house.rows(spec)
    gate.unlink()
    with pytest.raises(InitFailed):
        house.rows(spec, job="next")

    assert [1] == [known.may_have for known in house.known]


def test_who_has_a_gpu_is_not_prepared(house_of: Callable[..., House]) -> None:
    house = house_of(gpus=Gpus(lambda: (Gpu("0", "GPU-aa11", 16160),)))
    house.rows(house.spec())

    assert [] == house.known


def test_none_are_made_where_that_is_turned_off(house_of: Callable[..., House]) -> None:
    house = house_of(prepared=0)
    house.rows(house.spec())
    wait_until(lambda: house.is_at_rest(0), "the warm ones left")

    house.pool._prepared.look(lambda _: pytest.fail("it was begun"))
