"""Which scripts have their libraries imported ahead: those that cannot tell."""

from pathlib import Path

import pytest

from shared.scoring.scorer.plain_code import is_plain, may_import_ahead
from shared.scoring.scorer_spec import ScorerSpec

SCRIPTS = Path(__file__).parents[2] / "benchmarks" / "scripts"
PLAIN = """
\"\"\"What it does.\"\"\"
from __future__ import annotations

import os
from glob import glob

THRESHOLD = 0.5
import joblib
import pandas as pd

model = None

def init():
    global model
    pd.options.display.width
    model = joblib.load(glob(os.environ["AZUREML_MODEL_DIR"] + "/*/model.joblib")[0])

def run(mini_batch):
    rows = {}
    for path in mini_batch:
        rows[path] = model.predict(pd.read_csv(path)).mean()
    return list(rows.values())
"""
TELLING = {
    "warnings are errors": "import warnings\nwarnings.simplefilter('error')\nimport pandas\n",
    "a seed": "import random\nrandom.seed(42)\nimport sklearn\n",
    "a seed in init()": "import numpy as np\ndef init():\n    np.random.seed(1)\n",
    "no arrow": "import sys\nsys.modules['pyarrow'] = None\nimport pandas\n",
    "a look at modules": "import sys\nHAS = 'numpy' in sys.modules\n",
    "variables for a while": (
        "import os\nfrom unittest import mock\n"
        "with mock.patch.dict(os.environ, OMP_NUM_THREADS='2'):\n    import numpy\n"
    ),
    "a variable": "import os\nos.environ['OMP_NUM_THREADS'] = '2'\nimport numpy\n",
    "a variable in init()": "import os\ndef init():\n    os.environ['X'] = '2'\n",
    "a default variable": "import os\ndef init():\n    os.environ.setdefault('X', '2')\n",
    "an import in init()": "def init():\n    import numpy\n",
    "a library's function": "import scipy.special\nscipy.special.gammaln = len\nimport numpy\n",
    "the same in init()": "from scipy import special\ndef init():\n    special.gammaln = len\n",
    "loggers": "import logging.config\ndef init():\n    logging.config.dictConfig({})\n",
    "a level": "import logging\ndef init():\n    logging.getLogger('mlflow').setLevel(40)\n",
    "a class of loggers": "import logging\nlogging.setLoggerClass(object)\nimport pandas\n",
    "an import of its own": "import builtins\nbuiltins.__import__ = len\nimport pandas\n",
    "another place": "import sys\nsys.path.insert(0, 'x')\nimport pandas\n",
    "code before an import": "print('begins')\nimport pandas\n",
    "a class before an import": "class A:\n    pass\nimport pandas\n",
    "an optional library": "try:\n    import torch\nexcept ImportError:\n    torch = None\n",
    "a decorator": "import pandas\n@print\ndef a():\n    pass\nimport numpy\n",
    "what does not parse": "def run(:\n",
    "no text": "\udc80",
}


def _code(folder: Path, source: str, name: str = "score.py") -> Path:
    (folder / name).write_bytes(source.encode("utf-8", "surrogateescape"))
    return folder


def test_a_script_that_imports_first_and_leaves_others_alone(tmp_path: Path) -> None:
    assert is_plain(_code(tmp_path, PLAIN))


def test_the_benchmarks_scripts_are_such() -> None:
    assert is_plain(SCRIPTS)


@pytest.mark.parametrize("source", TELLING.values(), ids=TELLING)
def test_a_script_that_could_tell(tmp_path: Path, source: str) -> None:
    assert not is_plain(_code(tmp_path, source))


@pytest.mark.parametrize("name", ["helpers.py", "deep/er/helpers.py"])
def test_one_module_that_could_tell_is_enough(tmp_path: Path, name: str) -> None:
    _code(tmp_path, PLAIN)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    _code(tmp_path, TELLING["a variable"], name)

    assert not is_plain(tmp_path)


def test_what_is_compiled_says_nothing(tmp_path: Path) -> None:
    _code(_code(tmp_path, PLAIN), "", "fast.so")

    assert not is_plain(tmp_path)


def test_a_model_without_code_of_a_users(tmp_path: Path) -> None:
    spec = ScorerSpec("f", "mlflow", "python", tmp_path)

    assert not may_import_ahead(spec)
    assert may_import_ahead(ScorerSpec("f", "mlflow", "python", tmp_path, is_stateless=True))
