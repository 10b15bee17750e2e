"""Bundles that are scored again by warm processes: what scripts write beside their rows is whole.

A step may have done all its work and be told of as failed; a shard may have to be done again; the
rest of a bundle may follow those after it. In each case a process meets what it wrote itself.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.memory_blobs import MemoryBlobs
from shared.domain.job import JobSpec
from shared.domain.resolved_deployment import Location
from shared.services import Services
from tests.app.job_results import predictions, receipt
from tests.support.rehearsal import Rehearsal
from tests.support.services_in_memory import rehearse, run_job, services_with_processes, upload
from tests.support.specs import CONTAINER, a_spec

FILES = 12
SCRIPT = b"""
import os
from pathlib import Path

out = Path(os.environ["AZUREML_BI_OUTPUT_PATH"])


def run(mini_batch):
    names = [os.path.basename(path) for path in mini_batch]
    (out / "schema.json").write_text('{"columns": ["name"]}')
    is_new = not (out / "all.log").exists()
    with (out / "all.log").open("a") as log:
        log.write("name\\n" * is_new + "".join(name + "\\n" for name in names))
    for name in names:
        if not (out / (name + ".once")).exists():
            (out / (name + ".once")).write_text("written once")
        (out / (name + ".out")).write_text("scored " + name)
    previous = [path for path in out.glob("last-*")]
    (out / ("last-" + names[-1])).write_text("the last one")
    for path in previous:
        path.unlink()
    return names
"""
NAMES = [f"f{index:04d}.csv" for index in range(FILES)]


@pytest.fixture
def blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def services(tmp_path: Path, blobs: MemoryBlobs) -> Iterator[Services]:
    services = services_with_processes(tmp_path, blobs)
    blobs.write(CONTAINER, "code/score.py", SCRIPT)
    upload(blobs, [str(index) for index in range(FILES)])
    yield services
    services.scorers.close()


def a_script_job(parallelism: int = 1) -> JobSpec:
    spec = a_spec(mini_batch_size=1, max_concurrency_per_instance=parallelism)
    scored_by = {"script": "score.py", "code_location": Location(container=CONTAINER, path="code")}
    return spec.model_copy(update={"resolved": spec.resolved.model_copy(update=scored_by)})


def check_whole(blobs: MemoryBlobs) -> None:
    """Every file is there, and every line once."""
    names = [name.removeprefix("out/") for name in blobs.list_names(CONTAINER, "out/")]
    files = {name: blobs.read(CONTAINER, f"out/{name}").data.decode() for name in names}

    assert NAMES == predictions(blobs)
    assert {f"{name}.out": f"scored {name}" for name in NAMES} == {
        name: text for name, text in files.items() if name.endswith(".out")
    }
    assert {f"{name}.once" for name in NAMES} == {name for name in files if "once" in name}
    assert '{"columns": ["name"]}' == files["schema.json"]
    lines = files["all.log"].splitlines()
    assert NAMES == sorted(line for line in lines if line != "name")
    assert "name" in lines
    assert "proven" == receipt(blobs)["verdict"]


type Disturb = Callable[[Rehearsal], dict[str, Any]]


def every_answer_is_lost_once(rehearsal: Rehearsal) -> dict[str, Any]:
    score = rehearsal.activities["score_minibatch"]

    def twice(given: Any) -> Any:
        score(given)
        return score(given)

    return {"score_minibatch": twice}


def the_shard_is_lost_once(rehearsal: Rehearsal) -> dict[str, Any]:
    close, lost = rehearsal.activities["close_shard"], [True]
    return {"close_shard": lambda given: close(given) and not (lost and lost.pop())}


@pytest.mark.parametrize("disturb", [every_answer_is_lost_once, the_shard_is_lost_once])
def test_what_is_scored_again_by_warm_processes_is_published_whole(
    services: Services, blobs: MemoryBlobs, disturb: Disturb
) -> None:
    rehearsal = rehearse(services)
    rehearsal.activities = {**rehearsal.activities, **disturb(rehearsal)}

    ending = run_job(a_script_job(), services, rehearsal)

    assert "Completed" == ending["status"], ending
    check_whole(blobs)


def test_a_process_that_scores_in_another_order_than_the_inputs_loses_nothing(
    services: Services, blobs: MemoryBlobs
) -> None:
    """Three are in flight, and come back in any order: one process scores them all."""
    ending = run_job(a_script_job(parallelism=3), services, rehearse(services, seed=0))

    assert "Completed" == ending["status"], ending
    check_whole(blobs)
