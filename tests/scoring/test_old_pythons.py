import ast
import os
import re
import sys
from pathlib import Path

import pytest

from shared.scoring import child
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import InitFailed, ScorerSpec, ScoringFailed
from tests.scoring.conftest import acts, misbehaving_interpreter
from tests.scoring.misbehaving_scripts import input_files, script_spec
from tests.support.waiting import PATIENCE_S

_SUPPORTED = range(7, 15)
PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
_SOURCES = sorted(Path(child.__path__[0]).rglob("*.py"))


def interpreters() -> list[Path]:
    """The one of the tests, and one of each supported version that pyenv has."""
    found = {sys.version_info.minor: Path(sys.executable)}
    for python in sorted(PYENV.glob("versions/3.*/bin/python3")):
        minor = re.match(r"3\.(\d+)", python.parts[-3])
        if minor and int(minor[1]) in _SUPPORTED:
            found.setdefault(int(minor[1]), python)
    return [found[minor] for minor in sorted(found)]


@pytest.mark.parametrize("source", _SOURCES, ids=lambda source: str(source.name))
def test_parsing_the_child_as_python_3_7_does_not_raise(source: Path) -> None:
    ast.parse(source.read_text(), feature_version=(3, 7))


@pytest.mark.parametrize("python", interpreters(), ids=lambda python: str(python.parts[-3]))
def test_a_scorer_runs_on_every_interpreter_found(
    pool: ScorerPool, tmp_path: Path, python: Path
) -> None:
    misbehaving = misbehaving_interpreter(tmp_path, str(python))
    output = tmp_path / "output"

    with pool.lease(ScorerSpec("f", "misbehaving", misbehaving, None), capacity=1) as scorer:
        scored = scorer.score(acts("a", "prints"), output, timeout_s=PATIENCE_S)
        assert b"0,a\n1,prints\n" == output.read_bytes()
        assert (2, 13) == (scored.rows, scored.bytes)
        assert b"printed by the model\n" == scorer.drain_logs().both
        with pytest.raises(ScoringFailed, match="code 42"):
            scorer.score(acts("exits"), output, timeout_s=PATIENCE_S)


@pytest.mark.parametrize("python", interpreters(), ids=lambda python: str(python.parts[-3]))
def test_a_script_runs_on_every_interpreter_found(
    pool: ScorerPool, tmp_path: Path, python: Path
) -> None:
    """The oldest have no pandas and no MLflow: a script that needs neither does not notice."""
    source = """
import os, mlflow
from azureml.core import Model
from azureml_user.parallel_run import EntryScript

def init():
    EntryScript().logger.info("begun")
    global log
    log = open(os.path.join(os.environ["AZUREML_BI_OUTPUT_PATH"], "log"), "w")

def run(mini_batch):
    mlflow.log_metric("files", len(mini_batch))
    log.write("scored\\n")
    if "bad" in mini_batch[0]:
        raise ValueError("bad is bad")
    return [os.path.basename(path) for path in mini_batch]
"""
    spec = script_spec(tmp_path, str(python), source)
    files = input_files(tmp_path / "inputs", "a", "b")
    output = tmp_path / "output"

    with pool.lease(spec, capacity=1) as scorer:
        scored = scorer.score(files, output, timeout_s=PATIENCE_S, side=tmp_path / "side")
        assert b"a\nb\n" == output.read_bytes()
        assert ["log"] == [one.name for one in scored.side_files]
        assert b"scored\n" == (tmp_path / "side" / "0").read_bytes()
        bad = input_files(tmp_path / "inputs", "bad")
        with pytest.raises(ScoringFailed, match="bad is bad"):
            scorer.score(bad, output, timeout_s=PATIENCE_S)


@pytest.mark.parametrize("python", interpreters()[:1], ids=lambda python: str(python.parts[-3]))
def test_an_interpreter_without_mlflow_is_told_so(
    pool: ScorerPool, tmp_path: Path, python: Path
) -> None:
    if str(python) == sys.executable:
        pytest.skip("no interpreter without MLflow here")
    spec = ScorerSpec("f", "mlflow", str(python), None)

    with pytest.raises(InitFailed, match="No module named 'mlflow'"), pool.lease(spec, capacity=1):
        pass


def test_a_kind_nobody_drives_is_a_failed_init(pool: ScorerPool, tmp_path: Path) -> None:
    spec = ScorerSpec("f", "abacus", sys.executable, None)

    with pytest.raises(InitFailed, match="KeyError: 'abacus'"), pool.lease(spec, capacity=1):
        pass
