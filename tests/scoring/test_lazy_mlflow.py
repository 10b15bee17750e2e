"""A model sees MLflow as it is, whenever its parts were imported."""

import json
import subprocess
from pathlib import Path

import pytest

from shared.scoring import child
from shared.scoring.scorer.pool import ScorerPool
from shared.scoring.scorer_spec import LocalFile
from tests.scoring.test_old_pythons import interpreters
from tests.scoring.text_scorer import mlflow_spec

_LAZY = Path(child.__path__[0]) / "mlflow" / "lazy_mlflow.py"
# An MLflow of 3, with what its __init__ imports of itself, and of Databricks.
_MLFLOW = {
    "mlflow/__init__.py": """
from mlflow import client, genai
import contextlib
with contextlib.suppress(Exception):
    from mlflow import gateway
""",
    "mlflow/client.py": "from databricks.sdk.errors import NotFound",
    "mlflow/pyfunc/__init__.py": "import mlflow\nloaded = 'pyfunc'",
    "mlflow/genai/__init__.py": """
print('genai runs')
from mlflow.genai import judges
import mlflow.gateway
def evaluate(): return 'evaluated'
""",
    "mlflow/genai/judges/__init__.py": "def judge(): return 'judged'",
    "mlflow/gateway/__init__.py": "print('gateway runs')\nroutes = []",
    "databricks/sdk/__init__.py": """
print('databricks runs')
from databricks.sdk import errors, service
class WorkspaceClient: pass
""",
    "databricks/sdk/errors/__init__.py": "class NotFound(Exception): pass",
    "databricks/sdk/service.py": "name = 'service'",
}
_START = f"""
import importlib, importlib.util, sys, types
spec = importlib.util.spec_from_file_location("lazy", {str(_LAZY)!r})
lazy = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lazy)
pyfunc = lazy.import_pyfunc()
import mlflow
assert pyfunc is sys.modules["mlflow.pyfunc"] is mlflow.pyfunc and pyfunc.loaded == "pyfunc"
print("begun")
"""
_NOT_YET = """
assert not {"mlflow.genai", "mlflow.gateway", "databricks.sdk"} & set(sys.modules)
assert isinstance(mlflow.genai, types.ModuleType)
"""


def ran(python: Path, folder: Path, program: str, files: dict[str, str]) -> list[str]:
    """What a process printed after the import of `mlflow.pyfunc`."""
    for name, text in files.items():
        path = folder / "packages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    start = f"import sys; sys.path.insert(0, {str(folder / 'packages')!r})\n"
    done = subprocess.run(
        [python, "-I", "-S", "-c", start + _START + program],
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout.splitlines()


_GENAI = ["begun", "genai runs", "gateway runs"]
_USES = {
    "an attribute runs it": (
        """
first = mlflow.genai
assert mlflow.genai.evaluate() == 'evaluated'
assert first is mlflow.genai is sys.modules['mlflow.genai']
assert type(first) is types.ModuleType and first.__spec__.loader is first.__loader__
assert first.__file__.endswith('__init__.py')
""",
        _GENAI,
    ),
    "an import runs it at once": (
        """
import mlflow.genai
print('imported')
assert mlflow.genai.judges.judge() == 'judged'
""",
        ["begun", "genai runs", "gateway runs", "imported"],
    ),
    "a name and a submodule of it": (
        """
from mlflow.genai import evaluate
from mlflow.genai.judges import judge
assert mlflow.genai.judges.judge is judge and mlflow.genai.evaluate is evaluate
""",
        _GENAI,
    ),
    "the other": (
        """
from mlflow import gateway
print('bound')
assert gateway.routes == []
assert gateway is sys.modules['mlflow.gateway']
""",
        ["begun", "bound", "gateway runs"],
    ),
    "to look for its spec runs nothing": (
        """
found = importlib.util.find_spec('mlflow.genai')
assert found.origin
import mlflow.genai
assert mlflow.genai.__spec__.loader is mlflow.genai.__loader__
""",
        _GENAI,
    ),
    "what is put into it stays": (
        """
mlflow.genai.evaluate = None
assert mlflow.genai.evaluate is None
del mlflow.genai.evaluate
assert not hasattr(mlflow.genai, 'evaluate') and 'judges' in dir(mlflow.genai)
""",
        _GENAI,
    ),
    "a package's submodule is the one that was there": (
        """
there = sys.modules['databricks.sdk.errors']
import databricks.sdk
print('imported')
assert databricks.sdk.errors is there and databricks.sdk.WorkspaceClient
assert databricks.sdk.service.name == 'service'
assert databricks.sdk is sys.modules['databricks.sdk']
assert mlflow.client.NotFound is databricks.sdk.errors.NotFound
""",
        ["begun", "databricks runs", "imported"],
    ),
    "a package's name": (
        """
from databricks.sdk import WorkspaceClient as one
import databricks
assert databricks.sdk.WorkspaceClient is one
""",
        ["begun", "databricks runs"],
    ),
    "it can be loaded anew": (
        """
import mlflow.genai
importlib.reload(mlflow.genai)
""",
        ["begun", "genai runs", "gateway runs", "genai runs"],
    ),
}


@pytest.mark.parametrize("python", interpreters(), ids=lambda python: str(python.parts[-3]))
def test_what_is_imported_later_is_what_it_would_have_been(python: Path, tmp_path: Path) -> None:
    for program, printed in _USES.values():
        assert printed == ran(python, tmp_path, _NOT_YET + program, _MLFLOW), program


@pytest.mark.parametrize("python", interpreters(), ids=lambda python: str(python.parts[-3]))
@pytest.mark.parametrize("used", ["mlflow.genai.evaluate()", "import mlflow.genai"])
def test_threads_get_the_whole_of_what_one_of_them_imports(
    python: Path, tmp_path: Path, used: str
) -> None:
    slow = {"mlflow/genai/__init__.py": "import time\ntime.sleep(0.2)\ndef evaluate(): print('ok')"}
    program = f"""
import threading
def use():
    {used}
    mlflow.genai.evaluate()
threads = [threading.Thread(target=use) for _ in range(4)]
for one in threads: one.start()
for one in threads: one.join()
"""

    printed = ran(python, tmp_path, program, {**_MLFLOW, **slow})

    assert {"begun", "ok"} == set(printed)
    assert printed.count("ok") in (4, 8)


@pytest.mark.parametrize("python", interpreters(), ids=lambda python: str(python.parts[-3]))
def test_what_cannot_be_imported_says_so_where_it_is_imported(python: Path, tmp_path: Path) -> None:
    broken = {**_MLFLOW, "mlflow/genai/__init__.py": "import no_such_package"}
    program = """
try:
    mlflow.genai.evaluate()
except AttributeError as error:
    print(error)
try:
    import mlflow.genai
except ImportError as error:
    print(error)
"""

    printed = ran(python, tmp_path, program, broken)

    why = "No module named 'no_such_package'"
    assert ["begun", f"module 'mlflow' has no attribute 'genai': {why}", why] == printed


@pytest.mark.parametrize("python", interpreters(), ids=lambda python: str(python.parts[-3]))
@pytest.mark.parametrize(
    ("changes", "printed"),
    [
        pytest.param(
            {"mlflow/client.py": "from mlflow.genai.judges import judge"},
            ["genai runs", "gateway runs", "begun"],
            id="needed by itself",
        ),
        pytest.param(
            {"mlflow/client.py": "from databricks.sdk import WorkspaceClient"},
            ["databricks runs", "begun"],
            id="a name of the package needed",
        ),
        pytest.param(
            {
                "mlflow/client.py": "try:\n    import mlflow.genai.judges.needs_client\n"
                "except ImportError: pass\nclient = 1",
                "mlflow/genai/judges/__init__.py": "print('judges')\n"
                "from mlflow.client import client",
            },
            ["genai runs", "judges", "begun", "genai runs", "judges", "gateway runs"],
            id="needed too early by itself",
        ),
        pytest.param(
            {
                "mlflow/pyfunc/__init__.py": "import sys\nloaded = 'pyfunc'\n"
                "if 'mlflow.genai' not in sys.modules: raise RuntimeError('partly imported')"
            },
            ["databricks runs", "genai runs", "gateway runs", "begun"],
            id="does not do without",
        ),
        pytest.param(
            {"mlflow/__init__.py": "from mlflow import client, gateway", "mlflow/genai/": None},
            ["gateway runs", "begun"],
            id="an older one",
        ),
    ],
)
def test_an_mlflow_that_needs_them_gets_them(
    python: Path, tmp_path: Path, changes: dict[str, str | None], printed: list[str]
) -> None:
    changed = {**_MLFLOW, **changes}
    gone = tuple(name for name, text in changed.items() if text is None)
    files = {name: text for name, text in changed.items() if text and not name.startswith(gone)}

    program = "" if printed[-1] == "begun" else _USES["an attribute runs it"][0]
    assert printed == ran(python, tmp_path, program, files)


def test_an_mlflow_that_cannot_be_imported_says_why(tmp_path: Path) -> None:
    broken = {**_MLFLOW, "mlflow/client.py": "raise RuntimeError('no client today')"}

    with pytest.raises(AssertionError, match="RuntimeError: no client today"):
        ran(interpreters()[0], tmp_path, "", broken)


def test_a_model_of_code_has_the_whole_of_mlflow(pool: ScorerPool, tmp_path: Path) -> None:
    """The installed MLflow: nobody needs its judges to load a model, and a model may use them."""
    facts = """
import json, sys
import mlflow
import mlflow.tracing

BEFORE = [name for name in ("mlflow.genai", "mlflow.gateway", "fastapi") if name in sys.modules]

class Model:
    @mlflow.trace
    def predict(self, table):
        from mlflow.genai import evaluate
        judge = mlflow.genai.judges.is_correct
        whole = mlflow.genai is sys.modules["mlflow.genai"] and evaluate is mlflow.genai.evaluate
        return [json.dumps([BEFORE, whole, judge.__module__.split(".")[:2]])] * len(table)

def _load_pyfunc(path):
    return Model()
"""
    model = tmp_path / "model"
    (model / "code").mkdir(parents=True)
    (model / "code" / "facts.py").write_text(facts)
    loader = "    loader_module: facts\n    code: code\n    python_version: 3.13.0\n"
    (model / "MLmodel").write_text(f"flavors:\n  python_function:\n{loader}")
    (tmp_path / "a.csv").write_text("x\n1\n")
    output = tmp_path / "output"

    with pool.lease(mlflow_spec(tmp_path, "model"), capacity=1) as scorer:
        scored = scorer.score([LocalFile(tmp_path / "a.csv", "a.csv")], output, timeout_s=120)

    assert () == scored.failures
    assert json.dumps([[], True, ["mlflow", "genai"]]).replace('"', '""') in output.read_text()
