"""MLflow in a script: logging goes nowhere, asking says so, loading works."""

from pathlib import Path

import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import InitFailed
from tests.scoring.script_lease import leased

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
