"""Imports of azureml that scripts have by habit."""

from pathlib import Path

import pytest

from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import InitFailed
from tests.scoring.script_lease import leased


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
