"""What a script is given: its arguments, environment, folders and imports."""

import json
from pathlib import Path

import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import InitFailed
from tests.scoring.script_lease import leased

_TELLS_ALL = """
import json, os, sys
from helper import helped
import package.module

at_import = dict(os.environ)


def init():
    global in_init
    in_init = os.listdir(os.environ["AZUREML_BI_OUTPUT_PATH"])


def run(mini_batch):
    return [json.dumps({
        "batch": mini_batch, "argv": sys.argv, "cwd": os.getcwd(), "path": sys.path[0],
        "file": __file__, "name": __name__, "environ": at_import, "in_init": in_init,
        "helped": helped(), "models": os.listdir(os.environ["AZUREML_MODEL_DIR"]),
    })] * len(mini_batch)
"""


def helped_script(folder: Path) -> str:
    (folder / "code" / "package").mkdir(parents=True)
    (folder / "code" / "helper.py").write_text("def helped():\n    return 'by a sibling'\n")
    (folder / "code" / "package" / "module.py").write_text("")
    return _TELLS_ALL


def test_a_script_sees_what_azure_ml_shows_it(pool: ScorerPool, tmp_path: Path) -> None:
    environment = (("AZUREML_BI_TEXT_COLUMN", "text"), ("AZUREML_BI_OUTPUT_PATH", "/elsewhere"))
    source = helped_script(tmp_path)

    with leased(pool, tmp_path, source, environment=environment, logging_level="debug") as scorer:
        told = json.loads(scorer.rows("a.csv", "b.csv")[0])

    environ = told["environ"]
    assert [str(tmp_path / "inputs" / name) for name in ("a.csv", "b.csv")] == told["batch"]
    assert ["score.py", "--logging_level", "DEBUG"] == told["argv"]
    assert told["cwd"] == told["path"] == str(Path(told["file"]).parent)
    assert "score" == told["name"]
    assert "by a sibling" == told["helped"]
    assert ["wines"] == told["models"]
    assert "text" == environ["AZUREML_BI_TEXT_COLUMN"]
    assert [] == told["in_init"]
    assert "/elsewhere" != environ["AZUREML_BI_OUTPUT_PATH"]
    scratch = tmp_path / "scratch"
    for name in ("HOME", "TMPDIR", "AZUREML_BI_OUTPUT_PATH"):
        assert Path(environ[name]).is_relative_to(scratch), name
    assert Path(told["cwd"]).is_relative_to(scratch)


def test_the_documented_way_to_read_the_logging_level_works(
    pool: ScorerPool, tmp_path: Path
) -> None:
    source = """
import argparse, logging

def init():
    parser = argparse.ArgumentParser()
    parser.add_argument("--logging_level", type=str)
    arguments, _ = parser.parse_known_args()
    logging.getLogger("mine").setLevel(arguments.logging_level.upper())
    logging.getLogger("mine").debug("not wanted")
    logging.info("a line at INFO")
    logging.debug("not wanted either")

def run(mini_batch):
    logging.getLogger(__name__).warning("scoring %d", len(mini_batch))
    return mini_batch
"""
    with leased(pool, tmp_path, source) as scorer:
        scorer.score("a")
        logs = scorer.scorer.drain_logs().both.decode()

    assert "INFO:root:a line at INFO\nWARNING:score:scoring 1\n" == logs


def test_logging_goes_to_stdout(pool: ScorerPool, tmp_path: Path) -> None:
    source = """
import logging, sys

def run(mini_batch):
    return [handler.stream is sys.stdout for handler in logging.getLogger().handlers]
"""
    with leased(pool, tmp_path, source) as scorer:
        assert ["True"] == scorer.rows("a")


@pytest.mark.parametrize("script", ["src/score.py", "batch-driver.py", "logging.py", "json.txt"])
def test_a_script_may_lie_deeper_and_be_called_anything(
    pool: ScorerPool, tmp_path: Path, script: str
) -> None:
    path = tmp_path / "code" / script
    path.parent.mkdir(parents=True)
    path.write_text("import beside, logging\n\ndef run(batch):\n    return [beside.value]\n")
    (path.parent / "beside.py").write_text("value = 7\n")

    with leased(pool, tmp_path, "", script=script) as scorer:
        assert ["7"] == scorer.rows("a")


@pytest.mark.parametrize("script", ["pkg/score.py", "pkg/deep/score.py", "json/score.py"])
@pytest.mark.parametrize("is_regular", [True, False])
def test_a_script_in_a_package_finds_its_siblings_by_every_way_to_name_them(
    pool: ScorerPool, tmp_path: Path, script: str, *, is_regular: bool
) -> None:
    """One folder is called like a package of the interpreter's, which stays what it is."""
    code = tmp_path / "code"
    folder = (code / script).parent
    folder.mkdir(parents=True)
    (code / "top.py").write_text("value = 'top'\n")
    (folder / "beside.py").write_text("from . import helpers\nvalue = helpers.value\n")
    (folder / "helpers.py").write_text("value = 'beside'\n")
    if is_regular:
        for package in {folder, code / script.partition("/")[0]}:
            (package / "__init__.py").write_text("")
    (code / script).write_text("""
from . import helpers
from .beside import value
import helpers as plain
import json, pickle, top
import score

class Kept:
    pass

def run(batch):
    again = pickle.loads(pickle.dumps(Kept()))
    return [helpers.value, value, plain.value, top.value, json.dumps(1), type(again) is Kept,
            score.run is run]
""")

    with leased(pool, tmp_path, "", script=script) as scorer:
        rows = scorer.rows("a")

    assert {"beside"} == set(rows[:-4])
    assert ["top", "1", "True", "True"] == rows[-4:]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("batch.py", r"has no file 'batch.py'\. It holds: 'score.py'\."),
        ("../score.py", "is not inside the code folder"),
        (".", "is not inside the code folder"),
    ],
)
def test_a_script_that_is_not_there_is_reported(
    pool: ScorerPool, tmp_path: Path, script: str, words: str
) -> None:
    with pytest.raises(InitFailed, match=words), leased(pool, tmp_path, "", script=script):
        pass


def test_a_code_folder_that_is_not_there_is_reported(pool: ScorerPool, tmp_path: Path) -> None:
    with (
        pytest.raises(InitFailed, match="FileNotFoundError") as caught,
        leased(pool, tmp_path, "", code_dir=tmp_path / "nowhere"),
    ):
        pass

    assert "nowhere" in caught.value.message


def test_a_script_needs_no_model(pool: ScorerPool, tmp_path: Path) -> None:
    source = "import os\n\ndef run(batch):\n    return ['AZUREML_MODEL_DIR' in os.environ]\n"

    with leased(pool, tmp_path, source, model_dir=None) as scorer:
        assert ["False"] == scorer.rows("a")


def test_relative_paths_are_made_absolute(
    pool: ScorerPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = "def run(batch):\n    return [open(path).read() for path in batch]\n"

    with leased(pool, Path(), source) as scorer:
        assert ["content of a"] == scorer.rows("a")


def test_an_async_init_is_reported_in_words(pool: ScorerPool, tmp_path: Path) -> None:
    """Nobody would await it, and the script would score without its model."""
    source = "async def init():\n    pass\n\ndef run(batch):\n    return batch\n"

    with (
        pytest.raises(InitFailed, match=r"init\(\) is an async function, which nobody awaits"),
        leased(pool, tmp_path, source),
    ):
        pass


def test_a_list_is_as_long_as_what_is_in_it(pool: ScorerPool, tmp_path: Path) -> None:
    source = """
class Liar(list):
    def __len__(self):
        return 1000

def run(batch):
    return Liar(["a", "b"])
"""
    with leased(pool, tmp_path, source) as scorer:
        assert 2 == scorer.score("a").rows
