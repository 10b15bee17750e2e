import json
from pathlib import Path

import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.spec import InitFailed
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
def test_a_script_that_is_not_there_is_told(
    pool: ScorerPool, tmp_path: Path, script: str, words: str
) -> None:
    with pytest.raises(InitFailed, match=words), leased(pool, tmp_path, "", script=script):
        pass


def test_a_code_folder_that_is_not_there_is_told(pool: ScorerPool, tmp_path: Path) -> None:
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


def test_imports_made_by_habit_do_no_harm(pool: ScorerPool, tmp_path: Path) -> None:
    source = """
import azureml.core
from azureml.core import Model, Run, Workspace
from azureml.core.model import Model as TheModel
from azureml_user.parallel_run import EntryScript
from typing import Optional
import os

def load(path: Optional[Model] = None) -> "TheModel":
    pass

def init():
    global script
    script = EntryScript()
    script.logger.info("the entry script's own logger")

def run(mini_batch):
    assert os.path.isdir(script.working_dir) and os.path.isdir(script.log_dir)
    assert script.output_dir == os.environ["AZUREML_BI_OUTPUT_PATH"]
    return [script.agent_name]
"""
    with leased(pool, tmp_path, source) as scorer:
        assert [f"process{scorer.scorer.pid}"] == scorer.rows("a")
        assert b"the entry script's own logger\n" in scorer.scorer.drain_logs().both


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (
            "from azureml.core import Model\nModel.deploy('wines')",
            "'azureml.core.Model.deploy' cannot be used: azureml is not installed in the",
        ),
        ("from azureml.core.run import Run\nRun()", "'azureml.core.run.Run' cannot be used"),
        ("import azureml.dataprep", "No module named 'azureml.dataprep'"),
        ("import azureml.nonsense", "No module named 'azureml.nonsense'"),
    ],
)
def test_using_what_is_not_installed_says_so(
    pool: ScorerPool, tmp_path: Path, use: str, words: str
) -> None:
    with pytest.raises(InitFailed) as caught, leased(pool, tmp_path, use):
        pass

    assert words in caught.value.message


def test_what_scripts_do_with_azureml_by_habit_does_no_harm(
    pool: ScorerPool, tmp_path: Path
) -> None:
    """A run's context logs to nobody, and a model's path is where the model lies."""
    source = """
import os
from azureml.core import Run
from azureml.core.model import Model


def init():
    run = Run.get_context()
    run.log("accuracy", 1)
    run.parent.log_list("x", [1])
    global where
    where = Model.get_model_path("wines", version=3)


def run(mini_batch):
    try:
        Model.deploy()
    except ImportError:
        return [os.path.dirname(where) == os.environ["AZUREML_MODEL_DIR"]]
"""
    with leased(pool, tmp_path, source) as scorer:
        assert ["True"] == scorer.rows("a")


def test_an_installed_azureml_core_is_preferred(pool: ScorerPool, tmp_path: Path) -> None:
    real = tmp_path / "packages" / "azureml" / "core"
    real.mkdir(parents=True)
    (real / "__init__.py").write_text("class Model:\n    real = 'yes'\n")
    source = "from azureml.core import Model\n\ndef run(batch):\n    return [Model.real]\n"

    with leased(pool, tmp_path, source, packages=(tmp_path / "packages",)) as scorer:
        assert ["yes"] == scorer.rows("a")


_LOGS_WITH_MLFLOW = """
import mlflow, os
from mlflow import log_metric

def init():
    mlflow.set_tag("model", "wines")
    mlflow.set_experiment("mine")
    with mlflow.start_run() as run_:
        mlflow.log_params({"run": str(run_.info.run_id)})

def run(mini_batch):
    mlflow.log_param("files", len(mini_batch))
    log_metric("files", len(mini_batch))
    mlflow.end_run()
    return [name for folder in (".", os.environ["HOME"]) for name in sorted(os.listdir(folder))]
"""


_OWN_CLIENT = """
import mlflow, os
from mlflow import MlflowClient
from mlflow.tracking import MlflowClient as Tracking

def init():
    global client
    mlflow.autolog(disable=True)
    for client in (mlflow.MlflowClient(), mlflow.tracking.MlflowClient(), Tracking("http://x")):
        run_ = client.create_run(client.get_experiment_by_name("mine").experiment_id)
        client.log_metric(run_.info.run_id, "files", 1)
        client.set_terminated(run_.info.run_id)

def run(mini_batch):
    mlflow.MlflowClient().log_param("run", "files", len(mini_batch))
    told = []
    for ask in (client.download_artifacts, client.search_runs, client.get_latest_versions):
        try:
            ask("run", "model")
        except Exception as error:
            told.append(str(error))
    return told + [isinstance(client, MlflowClient), "mlruns" in os.listdir(".")]
"""


@pytest.mark.parametrize("is_installed", [True, False])
def test_a_client_of_ones_own_logs_to_nobody_and_says_so_when_it_is_asked(
    pool: ScorerPool, tmp_path: Path, *, is_installed: bool
) -> None:
    without = "import sys\nsys.path[:] = [p for p in sys.path if 'site-packages' not in p]\n"

    with leased(pool, tmp_path, _OWN_CLIENT if is_installed else without + _OWN_CLIENT) as scorer:
        *told, is_client, has_written = scorer.rows("a")

    assert [
        f"'MlflowClient.{name}' needs a tracking server, and there is none."
        for name in ("download_artifacts", "search_runs", "get_latest_versions")
    ] == [one.split(" Set MLFLOW_TRACKING_URI ")[0] for one in told]
    assert ("True", "False") == (is_client, has_written)


def test_a_script_loads_its_own_model_with_the_quietened_mlflow(
    pool: ScorerPool, tmp_path: Path, models: Path
) -> None:
    source = """
import mlflow, os
import pandas as pd

def init():
    global model
    mlflow.autolog()
    mlflow.start_run()
    model = mlflow.pyfunc.load_model(os.path.join(os.environ["AZUREML_MODEL_DIR"], "fares"))

def run(mini_batch):
    trip = pd.DataFrame({"distance": [1.5], "passengers": [2]})
    trip = trip.astype({"distance": "float32", "passengers": "int32"})
    return [round(value, 3) for value in model.predict(trip)]
"""
    with leased(pool, tmp_path, source, model_dir=models / "fares") as scorer:
        assert ["5.65"] == scorer.rows("a")


def test_logging_to_mlflow_does_no_harm_without_it(pool: ScorerPool, tmp_path: Path) -> None:
    blocked = tmp_path / "packages" / "mlflow.py"
    blocked.parent.mkdir()
    blocked.write_text("raise ModuleNotFoundError('not this one')\n")
    without = "import sys\nsys.path[:] = [p for p in sys.path if 'site-packages' not in p]\n"

    with leased(pool, tmp_path, without + _LOGS_WITH_MLFLOW) as scorer:
        first = scorer.rows("a", "b")
        assert first == scorer.rows("c")
    assert "mlruns" not in first
    assert "score.py" in first


def test_logging_to_an_installed_mlflow_does_no_harm_and_writes_nothing(
    pool: ScorerPool, tmp_path: Path
) -> None:
    with leased(pool, tmp_path, _LOGS_WITH_MLFLOW) as scorer:
        first = scorer.rows("a", "b")
        assert first == scorer.rows("c")

    assert "score.py" in first
    assert not [name for name in first if name.startswith("ml")]


def test_a_deployment_with_a_tracking_server_keeps_its_mlflow(
    pool: ScorerPool, tmp_path: Path
) -> None:
    package = tmp_path / "packages" / "mlflow.py"
    package.parent.mkdir()
    package.write_text("def log_param(name, value):\n    return 'logged'\n")
    source = "import mlflow\n\ndef run(batch):\n    return [mlflow.log_param('a', 1)]\n"
    environment = (("MLFLOW_TRACKING_URI", "https://mlflow.example"),)

    with leased(
        pool, tmp_path, source, packages=(package.parent,), environment=environment
    ) as scorer:
        assert ["logged"] == scorer.rows("a")


def test_an_async_init_is_told_in_words(pool: ScorerPool, tmp_path: Path) -> None:
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


def test_what_mlflow_can_do_only_if_installed_is_an_error_that_says_so(
    pool: ScorerPool, tmp_path: Path
) -> None:
    without = "import sys\nsys.path[:] = [p for p in sys.path if 'site-packages' not in p]\n"
    source = without + "import mlflow\nmlflow.pyfunc.load_model('x')\n"

    with (
        pytest.raises(
            InitFailed, match=r"'mlflow\.pyfunc' cannot be used: mlflow is not installed"
        ),
        leased(pool, tmp_path, source),
    ):
        pass
