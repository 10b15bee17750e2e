"""The how-to article of 2021, command by command as it is written, with `az` from the shim."""

import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import LIMIT_S, RunScript
from tests.support.fares import fares, fares_in
from tests.support.stack import CONTAINER, ROOT, Stack

ARTICLE = Path(__file__).parent / "article"
EXAMPLES = ROOT / "examples/sdk"
REVIEWS = {
    "bad-1.txt": -1,
    "bad-2.txt": -1,
    "good-1.txt": 1,
    "good-2.txt": 1,
    "mixed-1.txt": 0,
}
JOBS_OF_FARES = 6


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The folder in which the article's commands are run."""
    batch = tmp_path / "endpoints/batch"
    batch.mkdir(parents=True)
    for file in ("create-batch-endpoint.yml", "add-deployment.yml"):
        shutil.copy(ARTICLE / file, batch / file)
    without_caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(EXAMPLES / "taxi/model", batch / "fares/model", ignore=without_caches)
    shutil.copytree(EXAMPLES / "reviews", batch / "reviews", ignore=without_caches)
    shutil.copytree(EXAMPLES / "taxi/trips", tmp_path / "trips")
    shutil.copytree(EXAMPLES / "reviews/texts", tmp_path / "texts")
    (tmp_path / "results").mkdir()
    return tmp_path


def published(stack: Stack, *folders: Path) -> str:
    """Put folders of data where the article's lie: behind an https address; which that is."""
    for folder in folders:
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        stack.upload(f"article/{folder.name}", files)
    return f"{stack.blobs.get_container_client(CONTAINER).url}/article"


def reviews_in(path: Path) -> dict[str, int]:
    lines = (line.split() for line in path.read_text().splitlines())
    return {name: int(value) for name, value in lines}


def lines_of(path: Path) -> list[str]:
    return path.read_text().split()


@pytest.mark.timeout(LIMIT_S + 60)
def test_the_articles_commands_end_in_right_predictions(
    stack: Stack, clone: Path, run_script: RunScript
) -> None:
    data, results = published(stack, clone / "trips", clone / "texts"), clone / "results"

    done = run_script((ARTICLE / "commands.sh").read_text(), DATA=data, RESULTS=str(results))

    assert 0 == done.code, f"{done.stdout}\n{done.stderr}"
    for kind in ("url", "asset", "datastore", "local", "settings"):
        assert fares() == fares_in(results / kind / "named-outputs/score/predictions.csv"), kind
    check_output(results)
    assert ["Completed"] * (JOBS_OF_FARES - 1) == [
        line.partition("=")[2] for line in lines_of(results / "statuses")
    ]
    assert JOBS_OF_FARES == len(lines_of(results / "jobs"))
    for kind in ("reviews", "rest"):
        path = results / kind / "named-outputs/score/predictions.csv"
        assert REVIEWS.keys() == reviews_in(path).keys()
        for name, sign in REVIEWS.items():
            value = reviews_in(path)[name]
            assert sign == (value > 0) - (value < 0), (name, value)
    assert ["Completed"] == lines_of(results / "after")


def check_output(results: Path) -> None:
    """The output lies where the command said, under the name that it said."""
    name = lines_of(results / "output_file_name")[0]
    assert [f"mypath/{name}"] == lines_of(results / "mypath")
    assert fares() == fares_in(results / "output/named-outputs/score" / name)
