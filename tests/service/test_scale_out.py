"""Scale-out on one task hub: shares, limits, a host that is new, and one that is killed."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.service.scaling import FIRST, SECOND, Run, ScaledOut, second_host
from tests.service.test_environments import environment
from tests.support.stack import served
from tests.support.wheels import wheel


@pytest.fixture(scope="module")
def scaled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScaledOut]:
    folder = tmp_path_factory.mktemp("scaled")
    wheel(folder / "index", "apple", "1.0")
    with pytest.MonkeyPatch.context() as settings:
        settings.setenv("UV_NO_INDEX", "1")
        settings.setenv("UV_FIND_LINKS", str(folder / "index"))
        with served(folder / "state", instances=1) as stack:
            yield ScaledOut(stack, folder)


def most_at_once(runs: list[Run]) -> int:
    changes = sorted([(one.began, 1) for one in runs] + [(one.ended, -1) for one in runs])
    most = now = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


def test_two_hosts_share_a_job_and_its_parallelism_is_that_of_both(
    scaled: ScaledOut, tmp_path: Path
) -> None:
    """With SCORER_PROCESSES=1, an instance scores one mini-batch at a time, whatever it gets."""
    scaled.deploy("shared", width=4, sleep_s=0.3)
    with second_host(scaled.stack, tmp_path, SCORER_PROCESSES="1"):
        scaled.warm_up("shared")
        scaled.check_scored(scaled.start("shared", 60), 60)

        runs = scaled.runs("shared")

    shares = Counter(run.who for run in runs)
    assert 60 == len(runs)
    assert min(shares[FIRST], shares[SECOND]) >= 12, shares
    assert 2 <= most_at_once(runs) <= 4
    assert 1 == most_at_once([run for run in runs if run.who == SECOND])


def test_a_host_that_never_saw_a_deployment_makes_what_it_needs_and_stops_nobody(
    scaled: ScaledOut, tmp_path: Path
) -> None:
    """Environment, model and code are not there: it builds and fetches while the other scores."""
    conda = "dependencies:\n- pip:\n  - apple==1.0\n"
    own = environment(scaled.stack, "apple", conda)
    scaled.deploy("new", width=2, sleep_s=0.1, environmentId=own)

    with second_host(scaled.stack, tmp_path):
        scaled.check_scored(scaled.start("new", 120), 120)

        (built,) = tmp_path.rglob("environments")
        assert list(built.rglob("apple.py"))

    runs = sorted(scaled.runs("new"), key=lambda run: run.began)
    assert 120 == len(runs)
    first_of_new = next(run.began for run in runs if run.who == SECOND)
    earlier = [run for run in runs if run.who == FIRST and run.began < first_of_new]
    longest_rest = max(later.began - one.ended for one, later in pairwise(earlier))
    assert len(earlier) >= 5
    assert longest_rest < first_of_new - earlier[0].began


def test_a_host_that_is_killed_costs_at_most_its_minibatches_in_flight(
    scaled: ScaledOut, tmp_path: Path
) -> None:
    """A mini-batch of 1.2 s is an activity of its own, and each of the two runs two."""
    scaled.deploy("killed", width=4, sleep_s=1.2)
    with second_host(scaled.stack, tmp_path) as second:
        scaled.warm_up("killed")
        started = scaled.start("killed", 40)
        scaled.is_run_by("killed", FIRST, SECOND)
        second.kill()
        scaled.check_scored(started, 40)

    runs = scaled.runs("killed")
    again = {file for file, count in Counter(run.file for run in runs).items() if count > 1}
    assert again <= {run.file for run in runs if run.who == SECOND}
    assert len(runs) - 40 <= 2


def test_the_host_with_the_task_hub_that_is_killed_costs_nothing_of_the_others(
    scaled: ScaledOut, tmp_path: Path
) -> None:
    """What the other one runs goes on, and its results count when the hub is back."""
    scaled.deploy("hub", width=4, sleep_s=1.2)
    with second_host(scaled.stack, tmp_path):
        scaled.warm_up("hub")
        started = scaled.start("hub", 40)
        scaled.is_run_by("hub", FIRST, SECOND)
        scaled.stack.kill("host")
        scaled.check_scored(started, 40)

    runs = scaled.runs("hub")
    again = {file for file, count in Counter(run.file for run in runs).items() if count > 1}
    assert again <= {run.file for run in runs if run.who == FIRST}
    assert len(runs) - 40 <= 2
