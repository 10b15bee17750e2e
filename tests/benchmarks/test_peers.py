"""The peers of the scoring benchmark, over a few small files, with a script of no weight."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from benchmarks.peers.task import Task
from benchmarks.race.peer import run_to_end
from local.azurite import Azurite

FILES, MINI_BATCH = 7, 3
SCRIPT = """\
import os
from pathlib import Path

def init():
    global mark
    mark = Path(os.environ["AZUREML_MODEL_DIR"], "mark").read_text()

def run(mini_batch):
    return [f"{mark} {Path(path).name} {Path(path).read_text()}" for path in mini_batch]
"""


@pytest.fixture(scope="module")
def connection() -> Iterator[str]:
    with Azurite() as azurite:
        yield azurite.connection_string


@pytest.mark.parametrize("name", ["plain", "pool", "limit_proc"])
def test_a_peer_scores_every_file_once_with_the_models_script(
    name: str, connection: str, tmp_path: Path
) -> None:
    for folder, files in {"model": {"mark": "wise"}, "code": {"score.py": SCRIPT}}.items():
        (tmp_path / folder).mkdir()
        for file, text in files.items():
            (tmp_path / folder / file).write_text(text)
    (tmp_path / "scratch").mkdir()
    task = Task(
        connection=connection,
        container=f"of-{name.replace('_', '-')}",
        prefix="in/",
        output="rows.csv",
        script=str(tmp_path / "code" / "score.py"),
        mini_batch=MINI_BATCH,
        processes=2,
        scratch=str(tmp_path / "scratch"),
    )
    with ContainerClient.from_connection_string(connection, task.container) as container:
        container.create_container()
        for index in range(FILES):
            container.upload_blob(f"in/{index}.txt", str(index**2).encode())
        container.upload_blob("elsewhere/8.txt", b"not to be scored")

        run_to_end(name, task, tmp_path / "model")

        rows = container.download_blob("rows.csv").readall().decode().splitlines()
    assert [f"wise {index}.txt {index**2}" for index in range(FILES)] == sorted(rows)


def test_a_peer_that_fails_is_not_a_fast_one(connection: str, tmp_path: Path) -> None:
    script = tmp_path / "score.py"
    script.write_text("raise SystemExit(3)")
    task = Task(connection, "none", "in/", "rows.csv", str(script), 1, 1, str(tmp_path))

    with pytest.raises(RuntimeError, match="'plain' ended with code 3"):
        run_to_end("plain", task, tmp_path)
