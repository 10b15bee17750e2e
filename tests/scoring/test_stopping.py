"""A canceled job gives its scorers back at once: while one runs, loads, or is waited for."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import ScoringStopped
from tests.scoring.conftest import Specs, acts
from tests.support.waiting import PATIENCE_S, is_running, wait_until


def sooner_or_later() -> Iterator[bool]:
    """Not at the first look, but at the next."""
    yield False
    while True:
        yield True


def test_a_run_is_ended_and_the_next_lease_has_a_new_process(
    pool: ScorerPool, spec_of: Specs, tmp_path: Path
) -> None:
    canceled, output = Event(), tmp_path / "rows"
    with pool.lease(spec_of(), capacity=1, is_stopped=canceled.is_set) as scorer:
        first = scorer.pid or 0
        canceled.set()
        with pytest.raises(ScoringStopped):
            scorer.score(acts("sleeps_forever"), output, timeout_s=600)
        assert not output.exists()

    wait_until(lambda: not is_running(first), "the process that slept is gone")
    with pool.lease(spec_of(), capacity=1) as scorer:
        assert 1 == scorer.score(acts("behaves"), output, timeout_s=PATIENCE_S).rows


def test_a_load_is_ended(pool: ScorerPool, spec_of: Specs) -> None:
    looks = sooner_or_later()
    lease = pool.lease(spec_of("sleeps_forever"), capacity=1, is_stopped=lambda: next(looks))
    with pytest.raises(ScoringStopped), lease:
        pytest.fail("a model that sleeps while it loads is never ready")


def test_who_waits_for_a_scorer_goes_and_leaves_the_queue(pool: ScorerPool, spec_of: Specs) -> None:
    looks = sooner_or_later()
    with pool.lease(spec_of(), capacity=1) as scorer:
        waiting = pool.lease(spec_of(), capacity=1, is_stopped=lambda: next(looks))
        with pytest.raises(ScoringStopped), waiting:
            pytest.fail("the only scorer is taken")
        pid = scorer.pid

    with pool.lease(spec_of(), capacity=1) as scorer:
        assert pid == scorer.pid
