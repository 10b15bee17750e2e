"""What a process imports before it is asked to load: what its deployment's last job did."""

from pathlib import Path

import pytest

from shared.scoring.scorer_spec import LocalFile
from tests.scoring.misbehaving_scripts import input_files
from tests.scoring.prepared_house import EARLY, House
from tests.scoring.test_old_pythons import interpreters
from tests.scoring.text_scorer import mlflow_spec
from tests.support.waiting import wait_until


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
