"""Processes that have imported the libraries of a deployment, and wait for its next job."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from shared.scoring.scorer.gpu_query import Gpu
from shared.scoring.scorer.gpus import Gpus
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer.preparable_deployments import Preparable
from shared.scoring.scorer_spec import LocalFile, ScorerSpec
from tests.scoring.misbehaving_scripts import input_files, script_spec
from tests.scoring.test_old_pythons import interpreters
from tests.scoring.text_scorer import mlflow_spec
from tests.support.waiting import is_running, wait_until

# A library that says when it is imported, and asks for another one, as many do.
LIBRARY = """
print("joblib is imported")
try:
    import helpers
except ImportError:
    helpers = None
"""
# Its only row is whether the library was there before the script.
EARLY = """
import sys
early = "joblib" in sys.modules
import joblib

def run(mini_batch):
    return [str(early)] * len(mini_batch)
"""


@dataclass(frozen=True)
class House:
    """A pool, and deployments that find the library above in their site packages."""

    pool: ScorerPool
    folder: Path

    @property
    def pids(self) -> list[int]:
        """Of the prepared processes that have imported everything."""
        ready = [one for one in self.pool._prepared._prepared if one.is_ready]
        return [one.scorer.pid or 0 for one in ready]

    @property
    def specs(self) -> list[ScorerSpec]:
        return [one.scorer.spec for one in self.pool._prepared._prepared]

    @property
    def known(self) -> list[Preparable]:
        return list(self.pool._prepared._deployments._of.values())

    def spec(self, source: str = EARLY, name: str = "one", **changes: Any) -> ScorerSpec:
        packages = self.folder / "site-packages"
        (packages / "joblib").mkdir(parents=True, exist_ok=True)
        (packages / "joblib" / "__init__.py").write_text(LIBRARY)
        (self.folder / name).mkdir(exist_ok=True)
        changes = {"fingerprint": name, "packages": (packages,), **changes}
        python = changes.pop("python", sys.executable)
        return script_spec(self.folder / name, python, source, **changes)

    def rows(self, spec: ScorerSpec, *, job: str = "job", capacity: int = 1, most: int = 0) -> str:
        """The rows of a whole job, and what it printed."""
        output, files = self.folder / "output", input_files(self.folder / "inputs", "a")
        with self.pool.lease(spec, capacity=capacity, most=most, job=job) as scorer:
            scorer.score(files, output, timeout_s=60)
            printed = scorer.drain_logs().both.decode()
        self.pool.release(job)
        return output.read_text() + printed

    def wait(self, count: int) -> list[int]:
        """For so many prepared processes, and nothing else."""
        return wait_until(lambda: self.pids if self.is_at_rest(count) else [], "prepared")

    def is_at_rest(self, count: int) -> bool:
        census = self.pool.census()
        return self.pool.prepared() == count and census.is_quiet and not census.idle

    def is_hopeless(self, spec: ScorerSpec) -> bool:
        return any(known.spec == spec and known.is_hopeless for known in self.known)


@pytest.fixture
def house_of(tmp_path: Path) -> Iterator[Callable[..., House]]:
    with ExitStack() as stack:

        def house_of(prepared: int = 2, **options: Any) -> House:
            options = {"idle_s": 0.1, "grace_s": 0.3, **options}
            pool = ScorerPool(scratch=tmp_path / "scratch", prepared=prepared, **options)
            stack.callback(pool.close)
            return House(pool, tmp_path)

        yield house_of


@pytest.fixture
def house(house_of: Callable[..., House]) -> House:
    return house_of()


@pytest.mark.parametrize("python", interpreters(), ids=lambda python: str(python.parts[-3]))
def test_a_job_gets_a_process_that_has_imported_what_the_last_one_did(
    house: House, python: Path
) -> None:
    spec = house.spec(python=str(python))
    fresh = house.rows(spec)

    pids = house.wait(1)
    prepared = house.rows(spec, job="next")

    assert "False\njoblib is imported\n" == fresh
    assert "True\njoblib is imported\n" == prepared  # what an import prints is in the job's log
    assert set(pids) != set(house.wait(1))  # it served its job, and another took its place


def test_a_model_has_its_libraries_and_scores_the_same_bytes(house: House, models: Path) -> None:
    spec, output = mlflow_spec(models, "fares"), house.folder / "output"
    scored, pids = list[bytes](), list[list[int]]()
    for job in ("fresh", "prepared"):
        with house.pool.lease(spec, capacity=1, job=job) as scorer:
            pids.append([scorer.pid or 0])
            scorer.score([LocalFile(models / "trips.csv", "trips.csv")], output, timeout_s=60)
            scored.append(output.read_bytes())
        pids.append(house.wait(1))
        known = scorer.starts.imports.libraries
        assert {"mlflow.pyfunc", "pandas", "sklearn.linear_model"} <= set(known)

    assert scored[0] == scored[1]
    assert pids[1] == pids[2]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(
            "import os\nos.environ['OMP_NUM_THREADS'] = '2'\n" + EARLY, id="sets a variable"
        ),
        pytest.param(EARLY + "def init():\n    import gevent\n", id="uses a library that patches"),
        pytest.param(
            "import os, sys\nsys.path.insert(0, os.getcwd() + '/lib')\n" + EARLY,
            id="has the library in its own folder",
        ),
        pytest.param("import json\ndef run(mini_batch): return ['x']\n", id="uses no library"),
    ],
)
def test_what_may_be_imported_another_way_is_not_imported_ahead(house: House, source: str) -> None:
    spec = house.spec(source)
    (house.folder / "site-packages" / "gevent.py").write_text("")
    (house.folder / "one" / "code" / "lib").mkdir()
    if "/lib" in source:
        (house.folder / "one" / "code" / "lib" / "joblib.py").write_text("")

    with house.pool.lease(spec, capacity=1) as scorer:
        scorer.score(input_files(house.folder / "in", "a"), house.folder / "out", timeout_s=60)
        assert () == scorer.starts.imports.libraries


def test_variables_that_are_set_after_an_import_do_not_take_it_back(house: House) -> None:
    later = "import os\ndef run(mini_batch):\n    os.environ['X'] = '1'\n    return ['x']\n"
    with house.pool.lease(house.spec("import joblib\n" + later), capacity=1) as scorer:
        scorer.score(input_files(house.folder / "in", "a"), house.folder / "out", timeout_s=60)
        assert ("joblib",) == scorer.starts.imports.libraries


def test_a_library_that_asks_for_a_module_of_the_code_is_not_imported_without_it(
    house: House,
) -> None:
    source = "import joblib\ndef run(mini_batch): return [joblib.helpers.name]\n"
    spec = house.spec(source)
    (house.folder / "one" / "code" / "helpers.py").write_text("name = 'its own'\n")
    expected = "its own\njoblib is imported\n"

    assert expected == house.rows(spec)
    wait_until(lambda: house.is_hopeless(spec), "it was tried in vain")
    assert expected == house.rows(spec, job="next")
    assert house.is_hopeless(spec)


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


def test_who_has_a_gpu_is_not_prepared(house_of: Callable[..., House]) -> None:
    house = house_of(gpus=Gpus(lambda: (Gpu("0", "GPU-aa11", 16160),)))
    house.rows(house.spec())

    assert [] == house.known


def test_none_are_made_where_that_is_turned_off(house_of: Callable[..., House]) -> None:
    house = house_of(prepared=0)
    house.rows(house.spec())
    wait_until(lambda: house.is_at_rest(0), "the warm ones left")

    house.pool._prepared.look(lambda _: pytest.fail("it was begun"))
